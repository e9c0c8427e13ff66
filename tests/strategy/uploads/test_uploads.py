"""A strategy written elsewhere: uploaded, reviewed, added to sections, with no word lost along the way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accelerator import rls
from accelerator.texts import saving
from strategy.models import SectionDraft, Upload, UploadPiece
from strategy.uploads import actions as uploads
from tests.clients import cost
from tests.strategy.word_documents import chapters

pytestmark = pytest.mark.django_db
WORD = chapters(
    [
        ("1. Vision for three years", ["Every resident sees where a request stands."]),
        ("2. Governance of our data", ["A board of five meets each month.", "It decides in public."]),
        ("3. Parks and trees", ["Four hundred elms."]),
    ],
    title="Data strategy of Tulsa 2023",
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def url(cast):
    def address(name, city=None, **more):
        return reverse(f"strategy:{name}", kwargs={"city": (city or cast.tulsa).slug, **more})

    return address


@pytest.fixture
def upload(cast):
    with rls.every_city():
        return uploads.import_file(city=cast.tulsa, data=WORD, name="strategy.docx", by=cast.lead)


def pieces(upload):
    with rls.every_city():
        return list(upload.pieces.select_related("section").order_by("position"))


def text(answer):
    return answer.content.decode()


def shown_form(answer):
    """What a browser would send back unchanged: the page's form as it stands."""
    form = answer.context["form"]
    return {field.html_name: str(field.value() if field.value() is not None else "") for field in form}


def sent(name, data):
    return {"file": SimpleUploadedFile(name, data)}


def test_pieces_are_added_to_sections(cast, as_, url, row):
    lead = as_(cast.lead)
    answer = lead.post(url("uploads"), sent("strategy.docx", WORD))
    with rls.every_city():
        upload = Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url("upload", pk=upload.pk))
    preview = lead.get(answer["Location"])
    for phrase in ("1. Vision for three years", "the titles match", "the titles share keywords: governance"):
        assert phrase in text(preview), phrase
    assert "No section is a close enough match to suggest" in text(preview)
    applied = lead.post(url("upload", pk=upload.pk), shown_form(preview))
    assert applied["Location"] == url("upload", pk=upload.pk)
    vision, governance = row(), row("data-governance")
    assert vision.html == "<p>Every resident sees where a request stands.</p>"
    assert governance.html == (
        "<h3>2. Governance of our data</h3><p>A board of five meets each month.</p><p>It decides in public.</p>"
    )
    with rls.every_city():
        assert vision.revisions.get().kind == "import"
    assert [piece.state for piece in pieces(upload)] == ["tray", "used", "used", "tray"]
    with rls.every_city():
        counted = uploads.count_words(upload)
    assert (counted.used, counted.tray, counted.aside, counted.left_out) == (28, 12, 0, 0)


def test_a_second_click_changes_nothing(cast, as_, url, upload, row):
    lead = as_(cast.lead)
    form = shown_form(lead.get(url("upload", pk=upload.pk)))
    for _click in range(3):
        assert lead.post(url("upload", pk=upload.pk), form).status_code == 302
    assert (row().revision, row("data-governance").revision) == (1, 1)
    assert "There were no changes to apply." in text(lead.get(url("upload", pk=upload.pk)))


def test_same_file_again_returns_the_same_upload(cast, as_, url, upload):
    answer = as_(cast.lead).post(url("uploads"), sent("renamed.docx", WORD))
    assert answer["Location"] == url("upload", pk=upload.pk)
    with rls.every_city():
        assert Upload.objects.count() == 1


def test_section_changed_since_the_preview_keeps_its_text(cast, as_, url, upload, row, write):
    lead = as_(cast.lead)
    form = shown_form(lead.get(url("upload", pk=upload.pk)))
    write(cast.member, "Theirs.")
    lead.post(url("upload", pk=upload.pk), form)
    assert (row().html, row().revision) == ("<p>Theirs.</p>", 1)
    assert [piece.state for piece in pieces(upload)] == ["tray", "tray", "used", "tray"]
    page = lead.get(url("upload", pk=upload.pk))
    assert "Someone else edited these sections while you were working" in text(page)
    with rls.every_city():
        assert not SectionDraft.objects.exists()


def test_piece_is_added_below_the_section_text(cast, as_, url, upload, row, write):
    write(cast.member, "Theirs.")
    lead, [_title, vision, *_rest] = as_(cast.lead), pieces(upload)
    form = shown_form(lead.get(url("upload", pk=upload.pk)))
    assert form[f"piece-{vision.pk}"] == f"compare:{row().pk}"
    form[f"piece-{vision.pk}"] = f"into:{row().pk}"
    lead.post(url("upload", pk=upload.pk), form)
    assert row().html == "<p>Theirs.</p><p>Every resident sees where a request stands.</p>"


def test_compared_piece_becomes_a_draft(cast, as_, url, upload, row, write):
    write(cast.member, "Theirs.")
    lead, [_title, vision, *_rest] = as_(cast.lead), pieces(upload)
    form = {f"piece-{vision.pk}": f"compare:{row().pk}", f"base-{row().pk}": "1"}
    answer = lead.post(url("upload", pk=upload.pk), form)
    with rls.every_city():
        draft = SectionDraft.objects.get()
    assert answer["Location"] == reverse(
        "strategy:draft", kwargs={"city": cast.tulsa.slug, "section": "vision", "pk": draft.pk}
    )
    assert (draft.html, draft.author) == ("<p>Every resident sees where a request stands.</p>", cast.lead)
    assert (row().html, pieces(upload)[1].state) == ("<p>Theirs.</p>", "tray")
    again = lead.post(url("upload", pk=upload.pk), form)
    assert again["Location"] == answer["Location"]
    assert "Compared with" in text(lead.get(url("upload-tray")))
    mine = text(lead.get(reverse("strategy:my-drafts")))
    assert "Imported to compare with the section’s current version" in mine
    assert "Saved separately" not in mine


def test_several_pieces_go_to_one_section_in_their_order(cast, as_, url, upload, row):
    lead = as_(cast.lead)
    form = shown_form(lead.get(url("upload", pk=upload.pk)))
    for piece in pieces(upload):
        form[f"piece-{piece.pk}"] = f"into:{row('risks').pk}"
    lead.post(url("upload", pk=upload.pk), form)
    html = row("risks").html
    places = [html.index(phrase) for phrase in ("Tulsa 2023", "Every resident", "A board", "Four hundred")]
    assert places == sorted(places)
    assert row("risks").revision == 1
    with rls.every_city():
        assert Upload.objects.get().closed_at is not None


def test_used_piece_returns_to_the_tray(cast, as_, url, upload, row):
    lead = as_(cast.lead)
    trees = pieces(upload)[3]
    lead.post(url("upload-tray"), {f"piece-{trees.pk}": "aside"})
    assert pieces(upload)[3].state == "aside"
    page = text(lead.get(url("upload-tray")))
    assert "Set aside" in page
    assert lead.post(url("piece-back", pk=trees.pk), {"back": "tray"})["Location"] == url("upload-tray")
    platforms = row("platforms").pk
    lead.post(url("upload-tray"), {f"piece-{trees.pk}": f"into:{platforms}", f"base-{platforms}": "0"})
    assert row("platforms").html == "<h3>3. Parks and trees</h3><p>Four hundred elms.</p>"
    lead.post(url("piece-back", pk=trees.pk), {})
    assert (pieces(upload)[3].state, pieces(upload)[3].used_revision) == ("tray", None)
    assert row("platforms").revision == 1


def test_without_a_base_nothing_is_written(cast, as_, url, upload, row):
    vision = pieces(upload)[1]
    for sent_base in ({}, {f"base-{row().pk}": "7"}):
        as_(cast.lead).post(url("upload", pk=upload.pk), {f"piece-{vision.pk}": f"into:{row().pk}", **sent_base})
    assert (row().revision, pieces(upload)[1].state) == (0, "tray")


@pytest.mark.parametrize("value", ["into:0", "into:999999999999", "into:x", "burn", "compare:1"])
def test_unknown_choice_is_refused(cast, as_, url, upload, value):
    vision = pieces(upload)[1]
    answer = as_(cast.lead).post(url("upload", pk=upload.pk), {f"piece-{vision.pk}": value})
    assert answer.status_code == 200
    assert "Choose again" in text(answer)
    assert pieces(upload)[1].state == "tray"


def test_section_and_piece_of_another_city_are_refused(cast, as_, url, upload, row):
    with rls.every_city():
        theirs = uploads.import_file(city=cast.rosario, data=WORD, name="suya.docx", by=cast.other_lead)
        elsewhere = cast.rosario.section_set.get(key="vision")
    own, other = pieces(upload)[1], pieces(theirs)[1]
    lead = as_(cast.lead)
    lead.post(url("upload", pk=upload.pk), {f"piece-{own.pk}": f"into:{elsewhere.pk}"})
    lead.post(url("upload-tray"), {f"piece-{other.pk}": "aside"})
    assert (pieces(upload)[1].state, pieces(theirs)[1].state) == ("tray", "tray")
    for address in (url("upload", pk=theirs.pk), url("piece-back", pk=other.pk)):
        assert lead.post(address, {}).status_code == 404
    assert lead.get(url("upload", pk=theirs.pk)).status_code == 404
    assert lead.get(url("uploads", city=cast.rosario)).status_code == 404
    assert "suya.docx" not in text(lead.get(url("uploads")))


def test_uploads_open_only_for_permitted_roles(cast, as_, url, upload):
    piece = pieces(upload)[1]
    addresses = [
        ("get", url("uploads")),
        ("get", url("upload-tray")),
        ("get", url("upload", pk=upload.pk)),
        ("post", url("piece-back", pk=piece.pk)),
        ("post", url("uploads")),
    ]
    for method, address in addresses:
        for who, status in (
            ("coach", 403),
            ("mayor", 403),
            ("guest", 403),
            ("admin", 403),
            ("other_lead", 404),
            ("nobody", 404),
        ):
            assert getattr(as_(cast.people[who]), method)(address).status_code == status, (who, address)
        assert getattr(as_(cast.member), method)(address).status_code in {200, 302, 422}
        assert getattr(as_(), method)(address).status_code == 302


def test_unreadable_file_stores_nothing(cast, as_, url):
    answer = as_(cast.lead).post(url("uploads"), sent("strategy.docx", b"MZ\x90\0 this program"))
    assert answer.status_code == 422
    assert "This is an executable file, not a document" in text(answer)
    assert as_(cast.lead).post(url("uploads"), {}).status_code == 422
    with rls.every_city():
        assert not Upload.objects.exists()
        assert not UploadPiece.objects.exists()


def test_a_text_that_would_get_too_long_stays_in_the_tray(cast, as_, url, upload, row):
    with rls.every_city():
        saving.save(row(), html=f"<p>{'a ' * (saving.LONGEST // 2 - 8)}</p>", base=0, by=cast.member)
    vision = pieces(upload)[1]
    answer = as_(cast.lead).post(
        url("upload", pk=upload.pk), {f"piece-{vision.pk}": f"into:{row().pk}", f"base-{row().pk}": "1"}, follow=True
    )
    assert "These sections would become too long" in text(answer)
    assert (row().revision, pieces(upload)[1].state) == (1, "tray")


def test_upload_with_many_pieces_needs_no_more_queries(cast, as_, url):
    def upload_of(number):
        document = chapters([(f"Street {n} of {number}", [f"House {n}."]) for n in range(number)])
        with rls.every_city():
            return uploads.import_file(city=cast.tulsa, data=document, name=f"{number}.docx", by=cast.lead)

    few, many = upload_of(4), upload_of(39)
    lead = as_(cast.lead)
    counts = []
    for upload in (few, many):
        with cost() as one:
            assert lead.get(url("upload", pk=upload.pk)).status_code == 200
        counts.append(one.count)
    assert counts[0] == counts[1] <= 8
    for name in ("uploads", "upload-tray"):
        with cost() as one:
            assert lead.get(url(name)).status_code == 200
        assert one.count <= 14, name
