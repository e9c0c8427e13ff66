"""Pictures: treated as untrusted, re-encoded, stored once, shown to whoever can read the text they are in."""

import tracemalloc
from contextlib import suppress
from io import BytesIO

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from accelerator import images, rls
from accelerator.intake.files import MEGABYTE, UnreadableFile
from accelerator.models import AuditEvent
from accelerator.texts import saving
from accelerator.texts.models import Text
from strategy.models import Picture
from strategy.sections import pictures
from tests.clients import cost, edit
from tests.strategy.conftest import FETCH
from tests.strategy.picture_files import made, png_header, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def add(cast):
    """`add("words")`: a picture of the home city (or another), as the program keeps it."""

    def store(alt="A map of the six districts.", city=None, by=None, **look):
        data = made(**look)
        with rls.every_city():
            return pictures.store(
                city=city or cast.tulsa, image=images.reencode(data), name="map.png", alt=alt, by=by or cast.lead
            )

    return store


def url(name, city, **more):
    return reverse(f"strategy:{name}", kwargs={"city": city.slug, **more})


def refusal(data):
    with pytest.raises(UnreadableFile) as caught:
        images.reencode(data)
    return str(caught.value)


# Reading --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode", "color", "kept"),
    [
        ("PNG", "RGB", (1, 2, 3), "image/png"),
        ("PNG", "RGBA", (1, 2, 3, 40), "image/png"),
        ("PNG", "P", 3, "image/png"),
        ("PNG", "1", 1, "image/png"),
        ("PNG", "I;16", 40_000, "image/png"),
        ("JPEG", "RGB", (1, 2, 3), "image/jpeg"),
        ("JPEG", "CMYK", (1, 2, 3, 4), "image/jpeg"),
        ("JPEG", "L", 9, "image/jpeg"),
        ("GIF", "P", 3, "image/png"),
        ("WEBP", "RGB", (1, 2, 3), "image/png"),
    ],
)
def test_common_image_formats_are_accepted(kind, mode, color, kept):
    data = made(kind, mode=mode, color=color)
    written = images.reencode(data)
    assert (written.kind, written.width, written.height) == (kept, 60, 40)
    Image.open(BytesIO(written.data)).load()


def test_photograph_is_stored_upright_without_metadata():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"
    data = made("JPEG", size=(80, 40), exif=exif, comment=b"Secret words")
    assert b"Secret" in data
    written = images.reencode(data)
    assert (written.width, written.height) == (40, 80)
    assert b"Secret" not in written.data
    assert not Image.open(BytesIO(written.data)).getexif()


def test_a_large_picture_is_made_smaller():
    data = made("JPEG", size=(5000, 1000))
    written = images.reencode(data)
    assert (written.width, written.height) == (2400, 480)


def frames():
    target = BytesIO()
    first, second = (Image.new("RGB", (20, 20), color) for color in ("red", "blue"))
    first.save(target, "GIF", save_all=True, append_images=[second], duration=100)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"MZ\x90\x00" + b"\0" * 500, "This file isn’t an image"),
        (b"%PDF-1.7 words", "This file isn’t an image"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "SVG"),
        (b"\0\0\0\x20ftypheic" + b"\0" * 50, "HEIC"),
        (png_header(10_000, 5_001), "larger than 50 megapixels"),
        (png_header(60_000, 60_000), "larger than 50 megapixels"),
        (png_header(10_000, 9_999), "larger than 50 megapixels"),
        (png_header(100, 100), "incomplete or damaged"),
        (made("JPEG", size=(400, 400))[:900], "incomplete or damaged"),
        (made("BMP"), "This file isn’t an image"),
        (frames(), "Animated images aren’t supported."),
        (b"\0" * (images.MEGABYTES * MEGABYTE + 1), "The file is 10.1 MB. The limit is 10 MB."),
    ],
)
def test_unsuitable_file_is_refused_with_one_sentence(data, sentence):
    assert sentence in refusal(data)


def test_picture_that_claims_to_be_huge_costs_no_memory():
    tracemalloc.start()
    refusal(png_header(30_000, 30_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@given(st.binary(max_size=300), st.sampled_from([made(), made("JPEG"), made("GIF", mode="P", color=1), made("WEBP")]))
def test_damaged_files_end_in_a_sentence(noise, good):
    data = good[: len(good) // 2] + noise + good[len(good) // 2 :]
    with suppress(UnreadableFile):
        assert images.reencode(data).width


# Keeping and showing --------------------------------------------------------


def test_a_picture_is_uploaded_and_shown(cast, as_, media):
    browser = as_(cast.member)
    answer = browser.post(url("pictures", cast.tulsa), {"picture": uploaded(), "alt": " A  map. ", "section": "vision"})
    with rls.every_city():
        picture = Picture.objects.get()
        assert AuditEvent.objects.filter(verb="picture added").count() == 1
    assert answer.url == f"{url('pictures', cast.tulsa)}?section=vision#picture-{picture.pk}"
    assert (picture.name, picture.alt, picture.uploaded_by_id) == ("map.png", "A map.", cast.member.pk)
    page = browser.get(answer.url).content.decode()
    assert f"&lt;img src=&quot;media:{picture.pk}&quot; alt=&quot;A map.&quot;&gt;" in page
    shown = browser.get(url("picture", cast.tulsa, pk=picture.pk))
    assert b"".join(shown.streaming_content).startswith(b"\x89PNG")
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "private" in shown["Cache-Control"]


def test_same_picture_twice_is_stored_once(cast, as_, media):
    for alt in ("", "Words that came later"):
        as_(cast.lead).post(url("pictures", cast.tulsa), {"picture": uploaded(), "alt": alt})
    with rls.every_city():
        assert Picture.objects.get().alt == "Words that came later"
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_a_script_gets_the_number_or_a_sentence(cast, as_):
    browser = as_(cast.lead)
    answer = browser.post(url("pictures", cast.tulsa), {"picture": uploaded(), "alt": "A map"}, headers=FETCH)
    with rls.every_city():
        number = Picture.objects.get().pk
    assert answer.status_code == 201
    assert answer.json() == {"number": number, "address": url("picture", cast.tulsa, pk=number), "alt": "A map"}
    program = uploaded(b"MZ\x90\0" + b"\0" * 99, "holiday.png")
    answer = browser.post(url("pictures", cast.tulsa), {"picture": program}, headers=FETCH)
    assert answer.status_code == 422
    assert "This file isn’t an image" in answer.json()["problem"]
    assert browser.post(url("pictures", cast.tulsa), {}, headers=FETCH).json()["problem"] == "Choose an image first."
    with rls.every_city():
        assert Picture.objects.count() == 1


def test_a_refused_picture_keeps_what_was_typed(cast, as_):
    answer = as_(cast.lead).post(
        url("pictures", cast.tulsa), {"picture": uploaded(b"MZ"), "alt": "Long words about it"}
    )
    assert answer.status_code == 422
    assert "Long words about it" in answer.content.decode()


def test_who_may_do_what(cast, as_, add):
    picture, theirs = add(), add(city=cast.rosario, by=cast.other_lead)
    for name, more in (("pictures", {}), ("picture-words", {"pk": picture.pk})):
        assert as_(cast.coach).get(url(name, cast.tulsa, **more)).status_code == 403
        assert as_(cast.other_lead).get(url(name, cast.tulsa, **more)).status_code == 404
        assert as_(cast.lead).get(url(name, cast.tulsa, **more)).status_code == 200
    here = url("picture", cast.tulsa, pk=picture.pk)
    for person, status in ((cast.coach, 200), (cast.mayor, 200), (cast.other_lead, 404), (cast.funder, 404)):
        answer = as_(person).get(here)
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content)
    for name in ("picture", "picture-words"):
        assert as_(cast.lead).get(url(name, cast.tulsa, pk=theirs.pk)).status_code == 404
    foreign = url("picture-insert", cast.tulsa, pk=theirs.pk)
    assert as_(cast.lead).post(foreign, {"section": "vision", "base": 0}).status_code == 404


def test_a_guest_reviewer_sees_the_pictures_of_the_named_sections(cast, as_, add, row, write):
    named, other = add(color=(1, 1, 1)), add(color=(2, 2, 2))
    write(cast.lead, f"<p>Look:</p>{pictures.figure_html(named)}")
    with rls.every_city():
        membership = cast.tulsa.membership_set.get(user=cast.guest)
        cast.tulsa.reviewersection_set.get_or_create(membership=membership, section=row())
    browser = as_(cast.guest)
    assert b"".join(browser.get(url("picture", cast.tulsa, pk=named.pk)).streaming_content)
    assert browser.get(url("picture", cast.tulsa, pk=other.pk)).status_code == 404


def test_description_of_a_picture_is_changed_later(cast, as_, add):
    picture = add(alt="")
    answer = edit(as_(cast.member), url("picture-words", cast.tulsa, pk=picture.pk), {"alt": "Six  districts"})
    assert answer.url == f"{url('pictures', cast.tulsa)}#picture-{picture.pk}"
    with rls.every_city():
        assert Picture.objects.get().alt == "Six districts"
        assert AuditEvent.objects.get(verb="picture described").data["after"] == "Six districts"
    answer = edit(as_(cast.member), url("picture-words", cast.tulsa, pk=picture.pk), {"alt": "x" * 501})
    assert answer.status_code == 422


def test_without_scripts_a_picture_is_put_at_the_end(cast, as_, add, row, write, at):
    write(cast.lead, "Words.")
    picture = add()
    insert = url("picture-insert", cast.tulsa, pk=picture.pk)
    answer = as_(cast.member).post(insert, {"section": "vision", "base": row().revision})
    assert answer.url == at("section")
    assert row().html == f"<p>Words.</p>{pictures.figure_html(picture)}"
    stale = as_(cast.member).post(insert, {"section": "vision", "base": 0})
    assert "/draft/" in stale.url
    assert as_(cast.member).post(insert, {"section": "vision"}).url == at("section")
    assert row().revision == 2


# In a text ------------------------------------------------------------------


def test_a_text_shows_pictures_of_its_own_city_alone(cast, as_, add, row, at):
    own, foreign = add(), add(city=cast.rosario, by=cast.other_lead)
    page = url("picture", cast.tulsa, pk=own.pk)
    sent = (
        f'<p>Words.</p><figure><img src="http://testserver{page}" alt="A map"><figcaption>One</figcaption></figure>'
        f'<img src="media:{foreign.pk}"><img src="media:999999"><img src="https://e.org/x.png">'
    )
    answer = as_(cast.lead).post(at("section-save"), {"html": sent, "base": 0}, headers=FETCH)
    assert row().html == (
        f'<p>Words.</p><figure><img src="media:{own.pk}" alt="A map"><figcaption>One</figcaption></figure>'
    )
    assert "Not included: 3 images" in answer.content.decode()
    shown = as_(cast.coach).get(at("section")).content.decode()
    assert f'<img src="{page}" alt="A map">' in shown
    assert "media:" not in shown


def test_what_was_pasted_comes_back_clean(cast, as_, add, row):
    picture = add()
    sent = f"<p class=MsoNormal onclick='x()'>A<del>B</del></p><img src=media:{picture.pk}><img src=media:999999>"
    answer = as_(cast.lead).post(url("section-pasted", cast.tulsa, section="vision"), {"html": sent}).json()
    assert answer["html"] == f'<p>A</p><figure><img src="{url("picture", cast.tulsa, pk=picture.pk)}" alt=""></figure>'
    assert answer["said"].startswith("Not included: 1 image, 1 deleted passage.")
    assert "One active element" in answer["said"]
    assert row().revision == 0
    long = as_(cast.lead).post(
        url("section-pasted", cast.tulsa, section="vision"), {"html": "x" * (saving.LONGEST + 1)}
    )
    assert long.status_code == 422
    assert as_(cast.coach).post(url("section-pasted", cast.tulsa, section="vision"), {"html": sent}).status_code == 403


def test_a_picture_alone_is_a_text(cast, add, row, write):
    picture = add()
    saved = write(cast.lead, pictures.figure_html(picture))
    assert saved.ok
    assert row().html == pictures.figure_html(picture)


def test_note_with_a_picture_loses_it(cast, add):
    html = f"<p>Words</p>{pictures.figure_html(add())}"
    assert Text.cleaned(None, html).dropped == (("picture", 1),)


def test_the_list_costs_the_same_with_many_pictures(cast, as_, add):
    add()
    browser = as_(cast.lead)
    browser.get(url("pictures", cast.tulsa))
    with cost() as one:
        browser.get(url("pictures", cast.tulsa))
    for number in range(20):
        add(color=(number, 0, 9))
    with cost() as many:
        browser.get(url("pictures", cast.tulsa))
    assert many.count == one.count <= 8
