"""A question to the mayor as a row: who can answer it and how, what is final, and the form's limits."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accelerator.models import AuditEvent
from cities.decisions.actions import ask_decision
from cities.decisions.forms import AnswerForm, DecisionForm
from cities.models import Decision, Role

pytestmark = pytest.mark.usefixtures("every_city")
OPTIONS = ["Yes", "No"]


@pytest.fixture
def decision(cast):
    return ask(cast)


def ask(cast, question="Who signs?", days=0, **more):
    due_on = cast.tulsa.today() + timedelta(days=days)
    fields = {"question": question, "context": "Two lines.", "options": OPTIONS, "due_on": due_on, **more}
    return ask_decision(city=cast.tulsa, by=cast.lead, **fields)


def decide(decision, by, role=Role.MAYOR, option="Yes", **more):
    return decision.decide(option=option, by=by, role=role, **more)


def verbs():
    return list(AuditEvent.objects.filter(kind="decision").order_by("at").values_list("verb", flat=True))


def form(cast, **changes):
    data = {"question": "Who signs?", "context": "Two lines.", "option_1": "Yes", "option_2": "No"}
    data["due_on"] = cast.tulsa.today().isoformat()
    return DecisionForm({**data, **changes}, instance=Decision(city=cast.tulsa), city=cast.tulsa)


# The row ------------------------------------------------------------------------------


def test_first_answer_is_final(cast, decision):
    assert decide(decision, cast.mayor, comment="Until June.")
    assert not decide(decision, cast.mayor, option="No")
    assert not decision.revise(by=cast.lead, question="Other?")
    assert not decision.withdraw(by=cast.lead)
    decision.refresh_from_db()
    assert (decision.chosen, decision.comment, decision.question) == ("Yes", "Until June.", "Who signs?")
    assert verbs() == ["decision asked", "decision made"]
    assert AuditEvent.objects.get(verb="decision made").data == {"option": "Yes", "role": "mayor"}


def test_withdrawn_question_is_neither_answered_nor_changed_nor_withdrawn_again(cast, decision):
    assert decision.withdraw(by=cast.lead)
    at = decision.withdrawn_at
    assert not decide(decision, cast.mayor)
    assert not decision.revise(by=cast.lead, question="Other?")
    assert not decision.withdraw(by=cast.coach)
    decision.refresh_from_db()
    assert (decision.withdrawn_at, decision.decided_at, decision.is_waiting) == (at, None, False)
    assert verbs() == ["decision asked", "decision withdrawn"]


def test_stale_row_does_not_overwrite_an_answer(cast, decision):
    stale = Decision.objects.get(pk=decision.pk)
    decide(decision, cast.mayor)
    assert stale.is_waiting
    assert not decide(stale, cast.mayor, option="No")
    assert Decision.objects.get().chosen == "Yes"


@pytest.mark.parametrize("option", ["", "yes", "Yes ", "Maybe"])
def test_answer_that_was_not_offered_is_refused(cast, decision, option):
    with pytest.raises(ValidationError) as refusal:
        decide(decision, cast.mayor, option=option)
    assert refusal.value.messages == ["Choose one of the options."]
    assert Decision.objects.get().is_waiting


@pytest.mark.parametrize(("is_allowed", "has_mayor"), [(False, True), (True, False), (False, False)])
def test_delegate_needs_the_citys_leave_and_a_mayor(cast, decision, is_allowed, has_mayor):
    decision.city.delegate_decides = is_allowed
    with pytest.raises(PermissionDenied):
        decide(decision, cast.delegate, Role.MAYORS_DELEGATE, on_behalf_of=cast.mayor if has_mayor else None)
    assert Decision.objects.get().is_waiting


def test_answer_names_the_delegate_and_the_mayor(cast, decision):
    decision.city.delegate_decides = True
    assert decide(decision, cast.delegate, Role.MAYORS_DELEGATE, on_behalf_of=cast.mayor)
    assert decision.answered_by == "Delegate, mayor’s delegate, on behalf of Mayor Mayor"
    with translation.override("es"):
        assert decision.answered_by != "Delegate, mayor’s delegate, on behalf of Mayor Mayor"


def test_answer_outlives_who_gave_it(cast, decision):
    decide(decision, cast.mayor)
    assert decision.answered_by == "Mayor, mayor"
    cast.mayor.delete()
    assert Decision.objects.get().answered_by == "A former member, mayor"
    assert Decision.objects.get().chosen == "Yes"


def test_waiting_come_by_day_answered_by_moment_and_settled_are_both(cast):
    later, sooner, answered, withdrawn = (ask(cast, str(number), days) for number, days in enumerate((9, 2, 1, 0)))
    decide(answered, cast.mayor)
    withdrawn.withdraw(by=cast.lead)
    first = ask(cast, "first answered")
    decide(first, cast.mayor)
    Decision.objects.filter(pk=first.pk).update(decided_at=timezone.now() - timedelta(days=1))
    rows = cast.tulsa.decision_set
    assert list(rows.waiting()) == [sooner, later]
    assert list(rows.answered()) == [answered, first]
    assert set(rows.settled()) == {answered, first, withdrawn}
    assert not cast.rosario.decision_set.exists()


@pytest.mark.parametrize(
    "values", [{"chosen": "Yes"}, {"decided_as": "mayor"}, {"decided_at": timezone.now()}, {"decided_at": None}]
)
def test_database_has_an_answer_as_a_whole_or_not_at_all(cast, decision, values):
    if values == {"decided_at": None}:
        decide(decision, cast.mayor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**values)


# The forms ----------------------------------------------------------------------------


def test_five_options_are_kept_in_order_without_gaps(cast):
    sent = form(cast, option_3="", option_4="Later", option_5=" Never ")
    assert sent.is_valid(), sent.errors
    assert sent.values()["options"] == ["Yes", "No", "Later", "Never"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"option_2": "YES"}, "option_2", "This option is already listed above."),
        ({"option_4": "No"}, "option_4", "This option is already listed above."),
        ({"option_2": ""}, "option_2", "This field is required."),
        ({"option_1": "   "}, "option_1", "This field is required."),
        ({"option_5": "x" * 201}, "option_5", "Ensure this value has at most 200 characters (it has 201)."),
        ({"question": "x" * 201}, "question", "Ensure this value has at most 200 characters (it has 201)."),
        ({"context": "x" * 401}, "context", "Ensure this value has at most 400 characters (it has 401)."),
        ({"context": ""}, "context", "This field is required."),
        ({"due_on": ""}, "due_on", "This field is required."),
        ({"due_on": "32 May"}, "due_on", "Enter a valid date."),
    ],
)
def test_question_that_is_wrong_has_one_sentence_at_its_field(cast, changes, field, sentence):
    assert form(cast, **changes).errors == {field: [sentence]}


def test_lengths_count_a_line_break_once(cast):
    assert form(cast, context="x" * 199 + "\r\n" + "y" * 200).is_valid()
    assert not form(cast, context="x" * 199 + "\r\n" + "y" * 201).is_valid()


def test_question_is_needed_today_at_the_earliest(cast):
    for days, is_valid in ((-1, False), (0, True), (1, True)):
        day = (cast.tulsa.today() + timedelta(days=days)).isoformat()
        assert form(cast, due_on=day).is_valid() == is_valid, days
    yesterday = (cast.tulsa.today() - timedelta(days=1)).isoformat()
    assert form(cast, due_on=yesterday).errors == {"due_on": [("That date has passed. Choose today or a later date.")]}


def test_new_question_begins_with_the_texts_of_an_earlier_one(cast, decision):
    again = DecisionForm(instance=Decision(city=cast.tulsa), city=cast.tulsa, earlier=decision)
    assert [again[name].value() for name in ("question", "option_1", "option_2", "option_3")] == [
        "Who signs?",
        "Yes",
        "No",
        None,
    ]


def test_change_of_one_option_writes_the_whole_list_and_nothing_else(cast, decision):
    shown = DecisionForm(instance=decision, city=cast.tulsa)
    data = {name: shown[name].value() or "" for name in shown.fields} | {"option_3": "Later"}
    changed = DecisionForm(data, instance=decision, city=cast.tulsa)
    assert changed.is_valid(), changed.errors
    assert changed.values() == {"options": ["Yes", "No", "Later"]}


def test_answer_form_offers_the_questions_options_and_a_comment_of_a_thousand(cast, decision):
    seen = {"seen": AnswerForm(instance=decision).seen_json(), "option": "No"}
    assert AnswerForm({**seen, "comment": "x" * 1000}, instance=decision).is_valid()
    too_long = AnswerForm({**seen, "comment": "x" * 1001}, instance=decision)
    assert list(too_long.errors) == ["comment"]
    wrong = AnswerForm({**seen, "option": "Perhaps"}, instance=decision)
    assert wrong.errors == {"option": ["Choose one of the options."]}
