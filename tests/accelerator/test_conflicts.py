"""A row that several people edit: whatever the order of their changes, no one overwrites what they haven't seen."""

import json
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django import forms
from django.http import Http404, QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accelerator.conflicts import FieldChange, SharedRowForm, as_posted, find_row, last_change, save_form, update_row
from accelerator.refusals import Conflict, Refused, Removed
from strategy.plan.models import Risk
from strategy.signoff.models import Approver


class RiskForm(SharedRowForm):
    class Meta:
        model = Risk
        fields = ["title", "likelihood", "mitigation"]

    def find_problems(self, values):
        if values.get("likelihood") == "high" and not values.get("mitigation"):
            return {"mitigation": "Say what you do about it.", "impact": "No such field."}
        return {}


@pytest.fixture
def risk(cast, every_city):
    return Risk.objects.create(city=cast.tulsa, title="Staff leave", likelihood="low", impact="low", position=1)


def sent(form, **typed):
    """What a browser posts for a form, with some of its fields changed."""
    post = QueryDict(mutable=True)
    for name in form.fields:
        value = form[name].value()
        post[form.add_prefix(name)] = "" if value is None or value is False else str(value)
    for name, value in typed.items():
        post[form.add_prefix(name)] = value
    return post


def fresh(risk):
    return Risk.objects.get(pk=risk.pk)


def writer(row, form, by=None):
    return lambda **values: update_row(row, stamp=form.stamp_read, by=by, verb="risk changed", **values)


def test_only_changed_fields_are_written(risk, cast):
    form = RiskForm(sent(RiskForm(instance=risk), title="People leave"), instance=risk)
    form, is_saved = save_form(form, writer(risk, form, cast.lead))
    assert (is_saved, form.values(), form.status_code) == (True, {"title": "People leave"}, 200)
    assert (fresh(risk).title, fresh(risk).stamp) == ("People leave", 1)
    event = last_change(risk)
    assert (event.verb, event.actor_id, event.data) == ("risk changed", cast.lead.pk, {"fields": ["title"]})


def test_a_new_row_has_all_its_values(cast, every_city):
    new = Risk(city=cast.tulsa, impact="low")
    form = RiskForm(sent(RiskForm(instance=new), title="New", likelihood="low"), instance=new)
    assert form.is_valid()
    assert form.values() == {"title": "New", "likelihood": "low", "mitigation": ""}


def test_the_second_writer_keeps_their_own_and_sees_the_others(risk, cast):
    post = sent(RiskForm(instance=risk), title="Mine", likelihood="medium")
    update_row(fresh(risk), stamp=0, by=cast.member, verb="risk changed", title="Theirs", mitigation="Train two people")
    form = RiskForm(post, instance=risk)
    form, is_saved = save_form(form, writer(risk, form))
    assert (is_saved, form.status_code, fresh(risk).title) == (False, 409, "Theirs")
    assert form.conflict.person == str(cast.member)
    assert form.conflict.fields == [
        FieldChange("Risk", "Theirs", own="Mine"),
        FieldChange("What we’re doing about it", "Train two people"),
    ]
    assert [form[name].value() for name in form.field_names] == ["Mine", "medium", "Train two people"]
    again = RiskForm(form.data, instance=fresh(risk))
    _form, is_saved = save_form(again, writer(fresh(risk), again))
    assert is_saved
    assert (fresh(risk).title, fresh(risk).likelihood, fresh(risk).mitigation) == ("Mine", "medium", "Train two people")


def test_a_change_of_a_field_that_the_form_does_not_show_is_a_conflict_too(risk, cast):
    post = sent(RiskForm(instance=risk), title="Mine")
    update_row(fresh(risk), stamp=0, by=cast.member, verb="risk changed", owner_role="Chief of staff")
    form = RiskForm(post, instance=risk)
    form, _is_saved = save_form(form, writer(risk, form))
    assert (form.status_code, form.conflict.fields, form.conflict.person) == (409, [], str(cast.member))


def test_the_same_values_sent_again_are_no_conflict(risk, cast):
    """A table row saves itself when it loses focus, and the button below saves it again."""
    post = sent(RiskForm(instance=risk), title="Mine")
    update_row(fresh(risk), stamp=0, by=cast.lead, verb="risk changed", title="Mine")
    form = RiskForm(post, instance=risk)
    form, is_saved = save_form(form, writer(risk, form))
    assert (is_saved, fresh(risk).title, fresh(risk).stamp) == (True, "Mine", 1)


def test_mistake_that_someone_else_has_stored_too_is_not_saved(risk, cast):
    post = sent(RiskForm(instance=risk), likelihood="high")
    Risk.objects.filter(pk=risk.pk).update(likelihood="high", stamp=1)  # without its mitigation
    form = RiskForm(post, instance=fresh(risk))
    form, is_saved = save_form(form, writer(risk, form))
    assert (is_saved, form.errors["mitigation"]) == (False, ["Say what you do about it."])


@pytest.mark.parametrize("stamp", ["", "-1", "x"])
def test_a_missing_stamp_is_never_the_present_one(risk, stamp):
    form = RiskForm(sent(RiskForm(instance=risk), title="Mine", stamp=stamp), instance=risk)
    form, is_saved = save_form(form, writer(risk, form))
    assert (is_saved, fresh(risk).title) == (False, "Staff leave")


@pytest.mark.parametrize("seen", ["", "x", "[]", "1", '"', "[" * 15_000])
def test_a_form_that_does_not_tell_what_it_showed_writes_all_its_fields(risk, seen):
    form = RiskForm(sent(RiskForm(instance=risk), title="Mine", seen=seen), instance=risk)
    assert form.changed_data == ["title", "likelihood", "mitigation"]


def test_problems_are_sentences_next_to_their_fields(risk):
    form = RiskForm(sent(RiskForm(instance=risk), likelihood="high"), instance=risk)
    assert (form.is_valid(), form.status_code) == (False, 422)
    assert form.errors == {"mitigation": ["Say what you do about it."], "__all__": ["No such field."]}


def test_a_verb_that_refuses_saves_nothing(risk):
    def write(**values):
        update_row(risk, stamp=0, by=None, verb="risk changed", **values)
        raise Refused({"title": "Not this one."})

    form, is_saved = save_form(RiskForm(sent(RiskForm(instance=risk), title="Mine"), instance=risk), write)
    assert (is_saved, form.errors["title"], form.status_code) == (False, ["Not this one."], 422)
    assert fresh(risk).title == "Staff leave"


def test_a_row_that_is_gone_hands_back_what_was_typed(risk, cast):
    post = sent(RiskForm(instance=risk), title="Mine")
    Risk.objects.all().delete()
    with pytest.raises(Removed):
        update_row(risk, stamp=0, by=None, verb="risk changed", title="Mine")
    requests, rows = RequestFactory(), cast.tulsa.risk_set.all()
    assert find_row(requests.post("/", post), rows, risk.pk) is None
    with pytest.raises(Http404):
        find_row(requests.get("/"), rows, risk.pk)
    form = RiskForm(post, instance=Risk(city=cast.tulsa))
    form.refuse_removed()
    assert (form.status_code, form["title"].value()) == (404, "Mine")
    assert form.non_field_errors() == list(Removed().problems.values())


def test_a_row_of_another_city_is_no_row(risk, cast):
    row = fresh(risk)
    row.city_id = cast.rosario.pk
    with pytest.raises(Removed):
        update_row(row, stamp=0, by=None, verb="risk changed", title="Mine")
    row.city_id = cast.tulsa.pk
    with pytest.raises(Conflict) as conflict:
        update_row(row, stamp=5, by=None, verb="risk changed", title="Mine")
    assert conflict.value.row == risk


def test_values_are_compared_as_a_browser_sends_them(risk):
    values = [None, False, True, Decimal("12.500"), date(2027, 6, 30), risk, [risk, 2], "a\r\nb ", 3]
    assert [as_posted(value) for value in values] == [
        "",
        "",
        "on",
        "12.5",
        "2027-06-30",
        str(risk.pk),
        sorted([str(risk.pk), "2"]),
        "a\nb",
        "3",
    ]


def test_a_checkbox_that_was_shown_unchecked_is_not_changed(cast, every_city):
    class AiUseForm(SharedRowForm):
        class Meta:
            model = cast.tulsa.aiuse_set.model
            fields = ["name", "is_public"]
            widgets = {"name": forms.TextInput}

    row = cast.tulsa.aiuse_set.create(name="Sorting", is_public=False)
    post = sent(AiUseForm(instance=row))
    del post["is_public"]
    assert AiUseForm(post, instance=row).changed_data == []
    post["is_public"] = "on"
    assert AiUseForm(post, instance=row).changed_data == ["is_public"]


# Any two writers


class OfficeForm(SharedRowForm):
    class Meta:
        model = Approver
        fields = ["title", "instrument"]


TITLES, INSTRUMENTS = ["Mayor", "Council", "Manager"], ["signature", "resolution"]
steps = st.lists(
    st.tuples(
        st.sampled_from(["his", "hers"]),
        st.fixed_dictionaries(
            {}, optional={"title": st.sampled_from(TITLES), "instrument": st.sampled_from(INSTRUMENTS)}
        ),
        st.booleans(),
    ),
    max_size=8,
)


@given(steps=steps)
def test_whatever_the_order_of_two_writers_no_one_overwrites_what_they_have_not_seen(cast, every_city, steps):
    """Each opens the page at any time, types and submits; after a conflict, they continue from its page."""
    row = Approver.objects.create(city=cast.tulsa, position=1, office="mayor", title="Mayor", instrument="signature")
    pages: dict[str, OfficeForm] = {}

    def stored():
        return Approver.objects.filter(pk=row.pk).values("title", "instrument").get()

    def save(form, **values):
        Approver.objects.filter(pk=form.row.pk).update(**values)

    for who, entries, opens in steps:
        page = pages.get(who)
        if opens or page is None:
            page = pages[who] = OfficeForm(instance=Approver.objects.get(pk=row.pk))
        seen, before = json.loads(page["seen"].value()), stored()
        form = OfficeForm(sent(page, **entries), instance=Approver.objects.get(pk=row.pk))
        typed = {name: form[name].value() for name in form.field_names}
        form, is_saved = save_form(form, partial(save, form))
        own = {name for name in typed if typed[name] != seen[name]}
        if is_saved:
            pages.pop(who)
            assert all(stored()[name] == typed[name] for name in own)
            overwritten = {name for name in before if stored()[name] != before[name]}
            assert all(before[name] == seen[name] for name in overwritten)
        else:
            pages[who] = form
            assert stored() == before
            assert before != seen
            assert {name: form[name].value() for name in own} == {name: typed[name] for name in own}
            assert json.loads(form.data["seen"]) == before
    row.delete()
