"""Messages and refusals around a section: left out and restored, copied to another, its pictures and pastes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accelerator import rls
from accelerator.texts import saving
from strategy.models import Picture
from strategy.sections import outline
from tests.mails import messages_of
from tests.strategy.published import PIXEL, picture


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


# Left out


def test_second_click_on_leaving_out_and_restoring_says_that_nothing_changed(cast, as_):
    browser = as_(cast.lead)
    leave, back = url(cast, "section-leave-out", "risks"), url(cast, "section-take-in", "risks")
    assert "wasn’t left out, so nothing changed." in browser.post(back, follow=True).text
    browser.post(leave)
    assert "was no longer in the strategy, so nothing changed." in browser.post(leave, follow=True).text
    assert "is included in the strategy again." in browser.post(back, follow=True).text
    for name in ("section-leave-out", "section-take-in"):
        assert browser.post(url(cast, name, "no-such-section")).status_code == 404


@pytest.fixture
def left_out(cast, write):
    """The home city's risks, written and left out."""
    write(cast.member, "Words of the risks", key="risks")
    with rls.every_city():
        row = cast.tulsa.section_set.get(key="risks")
        outline.leave_out(row, by=cast.lead)
        return row


def test_text_of_a_left_out_section_is_copied_to_the_end(cast, as_, left_out, write, row):
    write(cast.lead, "Words of the vision")
    target = f"{row().pk}:{row().revision}"
    page = as_(cast.member).post(url(cast, "section-copy", "risks"), {"target": target}, follow=True)
    assert f"The text is now at the end of “{row()}.”" in page.text
    assert row().html == "<p>Words of the vision</p><p>Words of the risks</p>"


@pytest.mark.parametrize("target", ["", "1", "x:y", "0:0"])
def test_copy_to_no_section_is_refused(cast, as_, left_out, target):
    page = as_(cast.member).post(url(cast, "section-copy", "risks"), {"target": target}, follow=True)
    assert "Nothing was copied. The section’s text may have changed since you opened this page." in page.text


def test_copy_that_would_get_too_long_is_refused(cast, as_, left_out, row):
    with rls.every_city():
        saving.save(row(), html=f"<p>{'a ' * (saving.LONGEST // 2 - 8)}</p>", base=0, by=cast.member)
    page = as_(cast.member).post(url(cast, "section-copy", "risks"), {"target": f"{row().pk}:1"}, follow=True)
    assert "Nothing was copied. Together, the two texts would exceed the maximum length of a section." in page.text
    assert row().revision == 1


@pytest.mark.parametrize(("person", "status"), [("coach", 403), ("mayor", 403), ("guest", 403), ("other_lead", 404)])
def test_copy_is_the_teams_alone(cast, as_, left_out, row, person, status):
    target = {"target": f"{row().pk}:0"}
    assert as_(cast.people[person]).post(url(cast, "section-copy", "risks"), target).status_code == status
    assert row().revision == 0


def test_earlier_version_of_a_left_out_section_is_read(cast, as_, left_out):
    browser, page = as_(cast.mayor), url(cast, "section-apart", "risks")
    assert "Words of the risks" in browser.get(page + "?version=1").text
    assert browser.get(page + "?version=2").status_code == 404
    assert browser.get(page + "?version=one").status_code == 200


# Pictures


def test_uploaded_picture_is_named_and_leads_back_to_its_section(cast, as_):
    data = {"picture": SimpleUploadedFile("map.png", PIXEL), "alt": "Six wards", "section": "vision"}
    page = as_(cast.lead).post(url(cast, "pictures"), data, follow=True)
    assert "Image uploaded: map.png." in page.text
    with rls.every_city():
        pk = Picture.objects.get().pk
    assert page.redirect_chain[-1][0] == url(cast, "pictures") + f"?section=vision#picture-{pk}"


def test_picture_inserted_at_the_end_says_so(cast, as_, row):
    pk = picture(cast.tulsa).pk
    page = as_(cast.lead).post(url(cast, "picture-insert", pk), {"section": "vision", "base": "0"}, follow=True)
    assert "The image is now at the end of the section." in page.text
    assert f'src="media:{pk}"' in row().html


def test_picture_without_a_base_is_not_put_in_and_says_why(cast, as_, row):
    pk = picture(cast.tulsa).pk
    page = as_(cast.lead).post(url(cast, "picture-insert", pk), {"section": "vision"}, follow=True)
    assert messages_of(page) == [
        "The image wasn’t inserted because the page hadn’t loaded completely. Reload the page and try again."
    ]
    assert row().revision == 0


def test_picture_in_a_full_section_is_not_put_in_and_says_why(cast, as_, row):
    pk, browser = picture(cast.tulsa).pk, as_(cast.lead)
    sentence = "The image wasn’t inserted because the section has reached its maximum length."
    with rls.every_city():
        saving.save(row(), html=f"<p>{'a ' * (saving.LONGEST // 2 - 8)}</p>", base=0, by=cast.member)
    page = browser.post(url(cast, "picture-insert", pk), {"section": "vision", "base": "1"}, follow=True)
    assert sentence in page.text
    assert row().revision == 1


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 422)])
def test_what_was_pasted_is_at_most_as_long_as_a_section(cast, as_, extra, status):
    html = "x" * (saving.LONGEST + extra)
    answer = as_(cast.lead).post(url(cast, "section-pasted", "vision"), {"html": html})
    assert answer.status_code == status
    if extra:
        assert answer.json() == {"problem": "What you pasted is too long. Paste it in smaller parts."}


def test_picture_of_another_city_is_neither_shown_nor_put_in(cast, as_, row):
    pk = picture(cast.rosario).pk
    for name in ("picture", "picture-words"):
        assert as_(cast.lead).get(url(cast, name, pk)).status_code == 404
    data = {"section": "vision", "base": "0"}
    assert as_(cast.lead).post(url(cast, "picture-insert", pk), data).status_code == 404
    assert row().revision == 0
