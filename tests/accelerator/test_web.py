"""What is read from a request, how forms show refusals, and the choice of a time zone."""

from datetime import date

import pytest
from django import forms
from django.db.models import BLANK_CHOICE_DASH
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import web
from strategy.models import Policy

factory = RequestFactory()


def form_classes(base=forms.BaseForm):
    for subclass in base.__subclasses__():
        yield subclass
        yield from form_classes(subclass)


def test_an_empty_choice_has_a_label_in_every_form():
    get_resolver("demo.urls").url_patterns  # noqa: B018 - imports every module with forms
    plain = {form for form in form_classes() if "base_fields" in vars(form) and not issubclass(form, web.RowForm)}
    dashed = set()
    for form in plain:
        for name, field in form.base_fields.items():
            labels = [field.empty_label] if isinstance(field, forms.ModelChoiceField) else []
            if isinstance(field, forms.ChoiceField) and not labels:
                labels = [label for _value, label in field.choices]
            if BLANK_CHOICE_DASH[0][1] in labels and not form.__module__.startswith(("django.", "allauth.")):
                dashed.add((form.__name__, name))
    assert dashed == set()


def test_a_row_form_names_its_empty_choices():
    class PolicyForm(web.RowForm):
        class Meta:
            model = Policy
            fields = ["instrument", "type"]

    form = PolicyForm()
    assert dict(form.fields["instrument"].choices)[""] == "Not chosen"
    assert form.fields["type"].empty_label == "Not chosen"


class Visit(forms.Form):
    title = forms.CharField(max_length=20)
    on = forms.DateField(widget=web.DateInput)
    kind = forms.ChoiceField(choices=[("call", "Call"), ("visit", "Visit")])


@given(st.integers(0, 10**9 - 1))
def test_whole_number_of_up_to_nine_digits_is_read(number):
    assert web.whole_number(str(number)) == number
    assert web.whole_number(f"000{number}"[-9:]) == number


@given(st.text())
def test_whole_number_of_any_text_is_the_digits_or_none(text):
    number = web.whole_number(text)
    if number is None:
        assert not (text.isascii() and text.isdecimal() and len(text) <= 9)
    else:
        assert int(text) == number
        assert set(text) <= set("0123456789")


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "-1", "+1", "1.0", "1e3", "²", "٣", "１２", "0x1f", "1_000", "9" * 5000]
)
def test_whole_number_of_anything_else_is_none(text):
    assert web.whole_number(text) is None


def test_whole_number_has_no_more_than_the_digits_allowed():
    assert web.whole_number("9" * 9) == 999_999_999
    assert web.whole_number("9" * 10) is None
    assert web.whole_number("9" * 11, digits=11) == 99_999_999_999
    assert web.whole_number("12", digits=1) is None


def test_number_in_a_form_goes_before_the_address():
    assert web.number_in(factory.post("/?page=2", {"page": "7"}), "page") == 7
    assert web.number_in(factory.post("/?page=2", {"page": ""}), "page") == 2
    assert web.number_in(factory.get("/?page=2"), "page") == 2


def test_number_in_a_request_that_has_none_is_none():
    assert web.number_in(factory.get("/"), "page") is None
    # What the form says is judged, even where the address holds a number.
    assert web.number_in(factory.post("/?page=2", {"page": "two"}), "page") is None


def test_text_in_a_form_goes_before_the_address():
    assert web.text_in(factory.post("/?key=goals", {"key": "vision"}), "key") == "vision"
    assert web.text_in(factory.post("/?key=goals"), "key") == "goals"
    assert web.text_in(factory.get("/"), "key") == ""


def test_text_in_a_request_loses_the_character_that_postgresql_refuses():
    assert web.text_in(factory.get("/", {"key": "vi\0sion\0"}), "key") == "vision"


@pytest.mark.parametrize(("sent", "by_script"), [("fetch", True), ("XMLHttpRequest", False), ("", False)])
def test_is_script_of_our_own_header_alone_is_true(sent, by_script):
    assert web.is_script(factory.post("/", headers={"X-Requested-With": sent})) is by_script
    assert web.is_script(factory.post("/")) is False


def test_add_problems_with_a_field_appear_next_to_it_and_others_above():
    form = Visit({"title": "Call", "on": "2027-06-01", "kind": "call"})
    assert form.is_valid()
    web.add_problems(form, {"title": "Too short.", "": "Somebody was faster.", "gone": "This is gone."})
    assert form.errors["title"] == ["Too short."]
    assert form.non_field_errors() == ["Somebody was faster.", "This is gone."]
    assert set(form.errors) == {"title", "__all__"}


def test_replace_sent_of_one_field_leaves_the_others_and_what_was_sent():
    sent = QueryDict("title=Call&on=2027-06-01&kind=call")
    form = Visit(sent)
    web.replace_sent(form, "title", "Visit")
    assert form["title"].value() == "Visit"
    assert form["kind"].value() == "call"
    assert sent["title"] == "Call"  # the request's own cannot be changed


def test_replace_sent_in_a_form_with_a_prefix_and_several_values():
    form = Visit(QueryDict("a-title=Call&title=Other"), prefix="a")
    web.replace_sent(form, "title", "one", "two")
    assert form.data.getlist("a-title") == ["one", "two"]
    assert form.data.getlist("title") == ["Other"]
    web.replace_sent(form, "title")
    assert form.data.getlist("a-title") == []


def test_choice_field_narrowed_refuses_the_other_choice():
    form = Visit({"title": "Call", "on": "2027-06-01", "kind": "visit"})
    web.choice_field(form, "kind").choices = [("call", "Call")]
    assert not form.is_valid()
    assert list(form.errors) == ["kind"]


@pytest.mark.parametrize("name", ["title", "on"])
def test_choice_field_of_another_kind_is_an_error_of_ours(name):
    with pytest.raises(AssertionError):
        web.choice_field(Visit(), name)
    with pytest.raises(AssertionError):
        web.row_field(Visit(), name)


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_a_date_field_speaks_the_browsers_own_format_in_every_language(language):
    with translation.override(language):
        html = str(Visit(initial={"on": date(2027, 6, 1)})["on"])
    assert 'type="date"' in html
    assert 'value="2027-06-01"' in html
