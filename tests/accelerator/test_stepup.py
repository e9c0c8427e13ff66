"""Step-up codes: one person, one purpose, fifteen minutes, three tries, once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import stepup
from accelerator.models import StepUp, User
from tests.mails import emails

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return User.objects.create_user("mayor@tulsa.example", name="Mayor")


def check(person, code, purpose="sign 1 abc"):
    return stepup.check(person=person, purpose=purpose, code=code)


def make(person, purpose="sign 1 abc"):
    return stepup.create_code(person=person, purpose=purpose)


def other(code, step=1):
    return f"{(int(code) + step) % 10**6:06}"


def test_a_code_works_once(person):
    code = make(person)
    assert check(person, f" {code[:3]} {code[3:]} ") == ""
    assert "You don’t have a valid code" in check(person, code)


def test_a_code_is_good_for_its_person_and_purpose_alone(person):
    code = make(person)
    stranger = User.objects.create_user("lead@tulsa.example", name="Lead")
    assert check(stranger, code)
    assert check(person, code, "sign 2 abc")
    make(stranger), make(person, "sign 2 abc")
    assert check(stranger, code)
    assert check(person, code) == ""


def test_three_tries_and_no_more(person):
    code = make(person)
    assert check(person, other(code, 1)).endswith("You have 2 tries left.")
    assert check(person, other(code, 2)).endswith("You have one try left.")
    assert "no tries left" in check(person, other(code, 3))
    assert "entered incorrectly 3 times" in check(person, code)


def test_a_newer_code_puts_the_older_out_of_use(person):
    old, new = make(person), make(person)
    assert old == new or check(person, old)
    assert check(person, new) == ""


def test_a_code_expires(person):
    code = make(person)
    StepUp.objects.update(sent_at=StepUp.objects.get().sent_at - timedelta(minutes=16))
    assert "You don’t have a valid code" in check(person, code)


def test_what_is_no_code_costs_no_try(person):
    code = make(person)
    for typed in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        assert "six-digit code" in check(person, typed)
    assert check(person, code) == ""


def test_code_is_emailed_and_only_its_hash_is_stored(person):
    assert stepup.send(person=person, purpose="sign 1 abc", sentence="You’re about to sign version 1.") == ""
    (mail,) = emails()
    code = next(word for word in mail.text.split() if len(word) == 6 and word.isdigit())
    assert (mail.kind, mail.to) == ("step-up", person.email)
    assert "You’re about to sign version 1." in mail.text
    assert code not in mail.subject
    assert code not in StepUp.objects.get().digest
    assert check(person, code) == ""


def test_codes_are_not_sent_without_end(person):
    answers = [stepup.send(person=person, purpose="p", sentence="Sign") for _ in range(stepup.MOST + 1)]
    assert [bool(problem) for problem in answers] == [False] * stepup.MOST + [True]
    assert len(emails()) == stepup.MOST
    assert stepup.send(person=person, purpose="another", sentence="Sign") == ""


@given(typed=st.text(max_size=12))
def test_nothing_but_the_code_confirms(person, typed):
    code = make(person)
    digits = "".join(letter for letter in typed if letter in "0123456789")
    assert (check(person, typed) == "") == (digits == code and len(digits) == 6)


def test_wrong_codes_of_a_day_count_over_all_purposes(person):
    for number in range(5):
        make(person, f"sign {number}")
        for _ in range(3):
            check(person, "000000" if number else "999999", f"sign {number}")
    StepUp.objects.update(sent_at=StepUp.objects.first().sent_at - timedelta(hours=3))
    code = make(person, "sign 9")
    sentence = "Too many incorrect codes in the last 24 hours. Try again tomorrow, or contact the program team."
    assert check(person, code, "sign 9") == sentence
    assert stepup.send(person=person, purpose="sign 10", sentence="Sign") == sentence
    StepUp.objects.exclude(purpose="sign 9").update(sent_at=StepUp.objects.first().sent_at - timedelta(days=2))
    assert check(person, code, "sign 9") == ""
