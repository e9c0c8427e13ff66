"""What a refused action tells people, as a message or in the form."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.test import RequestFactory

from accelerator.refusals import Conflict, Refused, Removed
from accelerator.web import add_problems, refusal_as_message
from strategy.plan.models import Risk


class Storage(BaseStorage):
    """Messages of one request."""

    def _get(self, *args, **kwargs):
        return [], True

    def _store(self, messages, response, *args, **kwargs):
        return []


@pytest.fixture
def request_():
    made = RequestFactory().post("/")
    made._messages = Storage(made)
    return made


class NameForm(forms.Form):
    name = forms.CharField()


@pytest.mark.parametrize(
    ("refused", "sentence", "problems"),
    [
        (Refused("Too late."), "Too late.", {"": "Too late."}),
        (Refused({"name": "Taken.", "": "Too late."}), "Taken. Too late.", {"name": "Taken.", "": "Too late."}),
    ],
)
def test_a_refusal_has_a_sentence_and_problems_by_field(refused, sentence, problems):
    assert (str(refused), refused.problems) == (sentence, problems)


def test_a_refusal_becomes_a_message_and_the_view_goes_on(request_):
    done = []
    with refusal_as_message(request_):
        raise Refused("Too late.")
    with refusal_as_message(request_):
        done.append("written")
    assert [(str(message), message.level_tag) for message in get_messages(request_)] == [("Too late.", "error")]
    assert done == ["written"]


@pytest.mark.parametrize("error", [ZeroDivisionError(), Conflict(Risk(title="Drought"))])
def test_what_is_no_refusal_is_not_hidden(request_, error):
    with pytest.raises(type(error)), refusal_as_message(request_):
        raise error
    assert list(get_messages(request_)) == []


def test_problems_of_fields_that_a_form_lacks_are_the_whole_form_s():
    form = NameForm({"name": "Ana"})
    add_problems(form, {"name": "Taken.", "owner": "Left the team.", "": "Too late."})
    assert form.errors == {"name": ["Taken."], "__all__": ["Left the team.", "Too late."]}


def test_a_removed_row_says_what_to_do_with_what_was_typed():
    assert "Copy what you wrote" in Removed().problems[""]
