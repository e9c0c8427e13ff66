"""`manage.py turn_clock`: a tick now, or as of another time."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(("at", "sentence"), [("yesterday", "is not a time"), ("2026-01-30T15:00", "Add a time zone")])
def test_an_invalid_moment_is_refused(at, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("turn_clock", at=at)


def test_nothing_due_sends_nothing(db, capsys):
    call_command("turn_clock", at="2026-01-30T15:00+00:00")
    assert capsys.readouterr().out == "emails sent: 0\n"
