"""People's names: one line of visible letters, no addresses."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from accelerator.models import User
from accelerator.names import one_line, validate_name
from tests.clients import edit

HIDDEN = "Remove line breaks and invisible characters. If you pasted the name, type it instead."
ADDRESS = "Enter a name without web or email addresses."
NO_LETTER = "Enter at least one letter."
STACKED = "Remove the accents stacked on one letter. If you pasted the name, type it instead."

# Words of real names; separated by spaces they are never an address.
PARTS = [
    *("J.", "P.", "J.R.", "M.Silva", "Jr.", "Sr.", "St.", "Dr.", "Dra.", "Ma.", "Mª", "María", "del", "C.", "Pérez"),
    *("O’Brien", "d'Água", "Jean-Luc", "J.-P.", "Morgan", "John", "II", "MD,", "Ph.D.", "M.Sc.", "Esq.", "(acting)"),
    *("李", "小龍", "Мария", "И.И.", "علی‌رضا", "प्रिया", "Nguyễn", "Văn", "Th.", "S.", "Co", "Com", "&", "/"),
]


@pytest.mark.parametrize(
    "name",
    [
        "Ana Silva",
        "Dr. J.R. O’Brien-Łukasz, Jr.",
        "M.Silva",
        "M.SILVA",
        "Dr.Silva",
        "St.John Smith",
        "J. P. Morgan",
        "St. John",
        "María del C. Pérez",
        "J.R.R. Tolkien, M.Sc., Ph.D.",
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
        "WWW.EVIL.COM",
        "Ana Evil.Com/pay",
        "Ana t.co/abc",
        "T.co/abc",
        "x.com",
        "X.Com",
        "X.COM",
        "T.ME/x",
        "M.Silva/pay",
        "1.2.3.4/x",
        "Ana 1.2.3.4",
        "evil。com",
        "evil｡com",
        "evil․com",
        "evil.рф",
        "ЕВИЛ.РФ",
        "例え.中国",
        "Dr.Silva.com",
        "Dr.Com",
        "my-dr.evil.Com",
        "evil.\u200ccom",
        "ev\u0301il.c\u0301om",
    ],
)
def test_addresses_are_refused(name):
    with pytest.raises(ValidationError) as refusal:
        validate_name(name)
    assert refusal.value.messages == [ADDRESS]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=8).map(" ".join))
def test_initials_titles_and_particles_are_never_an_address(name):
    assume(any(letter.isalpha() for letter in name))
    validate_name(name)
    assert one_line(name) == name


labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=4, max_size=12)


@given(
    st.lists(labels, min_size=1, max_size=3),
    st.sampled_from(["com", "co", "io", "ru", "рф", "中国", "museum", "photography", "example"]),
    st.sampled_from(".。．｡․"),
    st.sampled_from([str.lower, str.upper, str.title, str.swapcase]),
    st.sampled_from(["", "/pay", "?x", ":8000", ".", ","]),
)
def test_a_domain_is_refused_in_any_case_and_with_any_full_stop(words, ending, dot, case, after):
    with pytest.raises(ValidationError) as refusal:
        validate_name(f"Ana {case(dot.join([*words, ending]))}{after} Silva")
    assert refusal.value.messages == [ADDRESS]


@given(st.sampled_from("abxtXT"), st.sampled_from(["com", "co", "me", "ly", "org", "net"]), st.booleans())
def test_a_domain_of_one_letter_is_refused_too(letter, ending, is_title):
    with pytest.raises(ValidationError):
        validate_name(f"Ana {letter}.{ending.title() if is_title else ending}")


@pytest.mark.parametrize("name", ["\u200c", "\u200d\u200c", "\u3164", "\u2800", "\u115f", "\u0301", "12", "…", "👍"])
def test_a_name_without_a_visible_letter_is_refused_and_never_stored(db, name):
    with pytest.raises(ValidationError) as refusal:
        validate_name(name)
    assert refusal.value.messages in ([NO_LETTER], [HIDDEN])
    user = User.objects.create_user("ana@tulsa.example", name=name)
    assert str(user) == "ana@tulsa.example"


@pytest.mark.parametrize("blank", "\u3164\u2800\u115f\uffa0\u034f")
def test_blank_letters_inside_a_name_are_refused(blank):
    with pytest.raises(ValidationError) as refusal:
        validate_name(f"Ana{blank}Silva")
    assert refusal.value.messages == [HIDDEN]
    assert one_line(f"Ana{blank}Silva") == "AnaSilva"


def test_at_most_three_accents_are_stacked(db):
    validate_name("Ana" + "\u0302\u0323\u0301\u0308")  # the first two or three are part of a letter
    stacked = "Ana" + "\u0337" * 100
    with pytest.raises(ValidationError) as refusal:
        validate_name(stacked)
    assert refusal.value.messages == [STACKED]
    assert User.objects.create_user("ana@tulsa.example", name=stacked).name == "Ana" + "\u0337" * 3


@given(st.text(max_size=30))
def test_what_is_stored_is_stored_again_unchanged_and_has_no_stack(name):
    stored = one_line(name)
    assert one_line(stored) == stored
    kinds = "".join(unicodedata.category(letter)[0] for letter in unicodedata.normalize("NFC", stored))
    assert "MMMM" not in kinds


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


@pytest.mark.django_db
def test_the_form_for_outside_reviewers_refuses_them_too(cast, as_):
    sent = {"name": "See Evil.Example/x", "email": "new@tulsa.example", "title": "Www.evil"}
    page = as_(cast.lead).post("/cities/tulsa-us/reviews/reviewers/invite/", sent)
    assert [page.context["form"].errors[field] for field in ("name", "title")] == [[ADDRESS], [ADDRESS]]
