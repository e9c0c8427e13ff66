"""People's names: one line of visible letters, no addresses."""

import pytest
from django.core.exceptions import ValidationError

from accelerator.models import User
from accelerator.names import one_line, validate_name
from tests.clients import edit

HIDDEN = "Remove line breaks and invisible characters. If you pasted the name, type it instead."
ADDRESS = "Enter a name without web or email addresses."


@pytest.mark.parametrize(
    "name",
    [
        "Ana Silva",
        "Dr. J.R. O’Brien-Łukasz, Jr.",
        "M.Silva",
        "São João d'Água",
        "علی‌رضا",  # a joiner inside
        "李 小龍",
        "Ana (acting) & João",
        "",
    ],
)
def test_names_of_people_are_accepted(name):
    validate_name(name)
    assert one_line(name) == name


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Ana\nBcc: all@x", "Ana Bcc: all@x"),
        ("Ana\r\n\tSilva", "Ana Silva"),
        ("Ana\u2028Silva", "Ana Silva"),
        ("Ana\u202egnp.exe", "Anagnp.exe"),
        ("\u2066Ana\u2069", "Ana"),
        ("A\u200bna\ufeff", "Ana"),
        ("Ana\0", "Ana"),
        ("Ana\ue000", "Ana"),
    ],
)
def test_line_breaks_and_direction_overrides_are_refused_and_never_stored(db, name, stored):
    with pytest.raises(ValidationError) as refusal:
        validate_name(name)
    assert refusal.value.messages == [HIDDEN]
    assert one_line(name) == stored
    assert User.objects.create_user("ana@tulsa.example", name=name).name == stored


@pytest.mark.parametrize(
    "name",
    [
        "ana@tulsa.gov",
        "Ana ＠ tulsa",
        "Visit https://evil.example",
        "Account closed, see evil.com/now",
        "www.evil",
        "Ana evil.example",
        "Ana ｅｖｉｌ.com",
    ],
)
def test_addresses_are_refused(name):
    with pytest.raises(ValidationError) as refusal:
        validate_name(name)
    assert refusal.value.messages == [ADDRESS]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/cities/tulsa-us/team/invite/", "/people/add/"])
def test_each_form_with_a_name_refuses_it_and_keeps_what_was_typed(cast, as_, path):
    person = cast.admin if path == "/people/add/" else cast.lead
    prefix = "person0-" if "invite" in path else ""
    browser = as_(person)
    sent = {
        "people": "1",
        f"{prefix}name": "See evil.example\u202e",
        f"{prefix}email": "new@tulsa.example",
        f"{prefix}role": "city_member" if prefix else "coach",
        f"{prefix}language": "en",
    }
    page = browser.post(path, sent)
    assert page.status_code == 200
    assert HIDDEN in page.text
    assert "See evil.example" in page.text
    assert not User.objects.filter(name__contains="evil").exists()


@pytest.mark.parametrize(("name", "message"), [("See evil.example", ADDRESS), ("Ana\u202e", HIDDEN)])
def test_ones_own_profile_refuses_it_too(cast, as_, name, message):
    page = edit(as_(cast.lead), "/me/", {"name": name, "language": "en", "time_zone": "America/New_York"})
    assert page.context["form"].errors["name"] == [message]
    cast.lead.refresh_from_db()
    assert cast.lead.name == "Lead"
