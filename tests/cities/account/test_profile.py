"""About oneself, and the language switch."""

import pytest
from django.conf import settings

from accelerator.conflicts import FieldChange
from accelerator.models import User
from tests.cast import ROLES, STRANGERS
from tests.clients import edit, shown
from tests.mails import messages_of

pytestmark = pytest.mark.django_db
ME, I18N = "/me/", "/i18n/"


def test_everybody_has_a_page_about_oneself(cast, as_):
    for who in (*ROLES, *STRANGERS):
        person = getattr(cast, who)
        page = as_(person).get(ME)
        assert page.status_code == 200, who
        assert person.email in page.text, who


def test_a_stranger_goes_to_sign_in(as_):
    assert as_().get(ME)["Location"] == "/sign-in/?next=/me/"
    assert as_().post(ME, {"name": "x"})["Location"] == "/sign-in/?next=/me/"


def test_name_language_and_zone_are_ones_own_to_change(cast, as_):
    typed = {
        "name": " Ñandú ",
        "language": "es",
        "time_zone": "America/Bogota",
        "email": "evil@nowhere.example",
        "is_active": "",
        "joined_at": "2020-01-01",
        "pk": cast.mayor.pk,
    }
    before = ("lead@tulsa-us.example", True, cast.lead.joined_at)
    answer = edit(as_(cast.lead), ME, typed, follow=True)
    assert answer.redirect_chain == [(ME, 302)]
    assert '<html lang="es"' in answer.text
    cast.lead.refresh_from_db()
    assert (cast.lead.name, cast.lead.language, cast.lead.time_zone) == ("Ñandú", "es", "America/Bogota")
    assert cast.lead.sort_name == "nandu"
    assert (cast.lead.email, cast.lead.is_active, cast.lead.joined_at) == before
    cast.mayor.refresh_from_db()
    assert cast.mayor.name == "Mayor"


def test_what_is_wrong_gets_a_sentence_and_changes_nothing(cast, as_):
    browser = as_(cast.lead)
    for field, value in (("name", ""), ("name", "x" * 121), ("language", "fr"), ("time_zone", "Mars/Base")):
        data = {"name": "Lead", "language": "en", "time_zone": "America/Chicago", field: value}
        page = edit(browser, ME, data)
        assert page.status_code == 422
        assert list(page.context["form"].errors) == [field]
        cast.lead.refresh_from_db()
        assert (cast.lead.name, cast.lead.language, cast.lead.time_zone) == ("Lead", "en", "America/Chicago")


def test_profile_changed_on_another_device_shows_both_values_and_keeps_what_was_typed(cast, as_):
    browser = as_(cast.lead)
    data = {"name": "Ana Lead", "language": "en", "time_zone": "America/Chicago"} | shown(browser, ME)
    User.objects.filter(pk=cast.lead.pk).update(name="A. Lead", language="es")
    page = browser.post(ME, data)
    form = page.context["form"]
    assert page.status_code == 409
    assert form.conflict.fields == [FieldChange("Nombre", "A. Lead", own="Ana Lead"), FieldChange("Idioma", "Español")]
    assert [form[name].value() for name in ("name", "language")] == ["Ana Lead", "es"]
    cast.lead.refresh_from_db()
    assert (cast.lead.name, cast.lead.language) == ("A. Lead", "es")
    assert browser.post(ME, {**data, "language": "es", "seen": form["seen"].value()}).status_code == 302
    cast.lead.refresh_from_db()
    assert (cast.lead.name, cast.lead.language) == ("Ana Lead", "es")


# The language switch ----------------------------------------------------------------------


def test_a_stranger_switches_by_a_cookie(as_):
    browser = as_()
    answer = browser.post(I18N, {"language": "pt-br", "next": "/sign-in/"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME].value == "pt-br"
    assert '<html lang="pt-br"' in browser.get("/sign-in/").text


def test_a_person_keeps_the_language(cast, as_):
    as_(cast.lead).post(I18N, {"language": "es", "next": ME})
    cast.lead.refresh_from_db()
    assert cast.lead.language == "es"
    assert '<html lang="es"' in as_(cast.lead).get(ME).text


def test_another_language_changes_nothing(cast, as_):
    for language in ("fr", "", "xx", "es; drop table", "../es"):
        assert as_(cast.lead).post(I18N, {"language": language, "next": ME}).status_code == 302
        cast.lead.refresh_from_db()
        assert cast.lead.language == "en", language


def test_switching_stays_on_this_host_and_takes_a_button(cast, as_):
    answer = as_(cast.lead).post(I18N, {"language": "es", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert as_(cast.lead).get(I18N, {"language": "pt-br"}).status_code == 405
    assert User.objects.get(pk=cast.lead.pk).language == "es"


def test_saving_the_profile_answers_in_the_new_language(cast, as_):
    answer = as_(cast.lead).post(ME, {"name": "Lead", "language": "en", "time_zone": "America/Chicago"}, follow=True)
    assert messages_of(answer) == ["Saved."]
