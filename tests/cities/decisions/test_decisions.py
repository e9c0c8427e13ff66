"""Questions to the mayor: asked, reworded, withdrawn, and answered once."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent
from cities.decisions.forms import AnswerForm, DecisionForm
from cities.models import City, Decision, Office, Role
from cities.offices import actions as offices
from tests.clients import ScopedClient, cost, main_text

READERS = ["lead", "member", "mayor", "delegate", "coach", "admin"]
ASKERS = ["lead", "delegate", "coach", "admin"]
NOT_ASKERS = ["member", "mayor", "guest"]
STRANGERS = ["other_lead", "other_mayor", "far_lead", "other_coach", "funder", "nobody"]
OPTIONS = ["Stipend", "Covered hours", "Neither"]


def ask(city, by, question="How do stewards get their hours?", **more):
    fields = {"context": "Stipend: $32,400. Cover: $118,000.", "options": OPTIONS, "due_on": city.today(), **more}
    with rls.every_city():
        return city.decision_set.create(question=question, asked_by=by, **fields)


def fresh(decision):
    with rls.every_city():
        return Decision.objects.select_related("decided_by", "on_behalf_of").get(pk=decision.pk)


def url(name, city, *args):
    return reverse(f"cities:{name}", args=[city.slug, *args])


def let_delegate_decide(city):
    with rls.every_city():
        City.objects.filter(pk=city.pk).update(delegate_decides=True)


def answer(browser, decision, option="Covered hours", **more):
    data = {"option": option, "comment": "", "seen": AnswerForm(instance=decision).seen_json(), **more}
    return browser.post(url("decision-answer", decision.city, decision.pk), data)


def seen(decision):
    """What the form that changes the question showed."""
    return DecisionForm(instance=decision, city=decision.city).seen_json()


def form(city, **more):
    data = {"question": "Who signs?", "context": "Two lines.", "option_1": "Mayor", "option_2": "Council"}
    return {**data, "due_on": city.today().isoformat(), **more}


# The list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_list_shows_open_and_decided_questions(cast, as_, who):
    ask(cast.tulsa, cast.lead, "Later?", due_on=cast.tulsa.today() + timedelta(days=9))
    ask(cast.tulsa, cast.coach, "Sooner?")
    made = ask(cast.tulsa, cast.lead, "Which three outcomes?")
    with rls.every_city():
        made.decide(option="Stipend", by=cast.mayor, role=Role.MAYOR)
    page = as_(getattr(cast, who)).get(url("decisions", cast.tulsa))
    page_text = main_text(page)
    assert [d.question for d in page.context["waiting"]] == ["Sooner?", "Later?"]
    assert [d.question for d in page.context["page"]] == ["Which three outcomes?"]
    whose = "You have" if who == "mayor" else "Mayor (Mayor) has"
    assert f"{whose} 2 questions to answer, most urgent first." in page_text
    assert "Mayor, Mayor, " in page_text
    assert " CT" in page_text
    assert ("Ask a question" in page_text) == (who in ASKERS)


def test_empty_list_says_what_to_do(cast, as_):
    page_text = main_text(as_(cast.mayor).get(url("decisions", cast.tulsa)))
    assert "You haven’t been asked any questions yet." in page_text
    assert "two to five options" in page_text


# Who can ------------------------------------------------------------------------------------------


def pages(decision):
    """(name, arguments, method) of every address."""
    return [
        ("decisions", [], "get"),
        ("decision-new", [], "get"),
        ("decision", [decision.pk], "get"),
        ("decision-edit", [decision.pk], "get"),
        ("decision-answer", [decision.pk], "post"),
        ("decision-withdraw", [decision.pk], "post"),
        ("decision-edit", [decision.pk], "post"),
        ("decision-new", [], "post"),
    ]


@pytest.mark.parametrize("who", STRANGERS)
def test_stranger_gets_404_everywhere(cast, as_, who):
    decision = ask(cast.tulsa, cast.lead)
    browser = as_(getattr(cast, who))
    answers = [
        getattr(browser, method)(url(name, cast.tulsa, *args)).status_code for name, args, method in pages(decision)
    ]
    assert answers == [404] * 8
    assert fresh(decision).is_waiting


def test_guest_gets_403_everywhere(cast, as_):
    browser = as_(cast.guest)
    for name, args, method in pages(ask(cast.tulsa, cast.lead)):
        assert getattr(browser, method)(url(name, cast.tulsa, *args)).status_code == 403


@pytest.mark.parametrize("who", NOT_ASKERS)
def test_asking_by_other_roles_is_403(cast, as_, who):
    decision = ask(cast.tulsa, cast.lead)
    browser = as_(getattr(cast, who))
    for name, args in (("decision-new", []), ("decision-edit", [decision.pk]), ("decision-withdraw", [decision.pk])):
        assert browser.post(url(name, cast.tulsa, *args), form(cast.tulsa)).status_code == 403
    assert fresh(decision).question == decision.question


@pytest.mark.parametrize("who", ["lead", "member", "coach", "admin", "guest"])
def test_answering_by_other_roles_is_403_and_on_record(cast, as_, who):
    decision = ask(cast.tulsa, cast.lead)
    assert answer(as_(getattr(cast, who)), decision).status_code == 403
    assert fresh(decision).is_waiting
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="denied", actor_id=getattr(cast, who).pk).count() == 1


def test_another_citys_question_is_404_below_the_own_city(cast, as_):
    decision = ask(cast.rosario, cast.other_lead)
    names = [(name, args, method) for name, args, method in pages(decision) if args]
    for who in ("lead", "mayor", "delegate"):
        for name, args, method in names:
            status = getattr(as_(getattr(cast, who)), method)(url(name, cast.tulsa, *args)).status_code
            assert status in {404, 403}
    for name, args, method in names:
        who = cast.mayor if name == "decision-answer" else cast.lead
        assert getattr(as_(who), method)(url(name, cast.tulsa, *args)).status_code == 404
    assert as_(cast.other_lead).get(url("decision", cast.rosario, decision.pk)).status_code == 200


def test_signed_out_goes_to_sign_in(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    for name, args, method in pages(decision):
        assert getattr(as_(), method)(url(name, cast.tulsa, *args)).status_code == 302
    assert fresh(decision).is_waiting


# Answering ----------------------------------------------------------------------------------------


def test_the_mayor_answers(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.mayor)
    page = browser.get(url("decision", cast.tulsa, decision.pk))
    assert page.content.decode().count('type="radio"') == 3
    assert "Record my decision" in main_text(page)
    sentence = "GovEx will see your answer and comment, along with your name, your role, and the time."
    assert sentence in main_text(page)

    gone = answer(browser, decision, comment="From\r\nJuly.")
    assert (gone.status_code, gone["Location"]) == (302, url("decision", cast.tulsa, decision.pk))
    made = fresh(decision)
    assert (made.chosen, made.comment, made.decided_as) == ("Covered hours", "From\nJuly.", "mayor")
    assert (made.decided_by, made.on_behalf_of) == (cast.mayor, None)
    page_text = main_text(browser.get(gone["Location"]))
    assert "Decision recorded: “Covered hours.”" in page_text
    assert "Mayor, Mayor, " in page_text
    with rls.every_city():
        event = AuditEvent.objects.get(verb="decision made")
    assert (event.actor_id, event.city_id, event.data) == (
        cast.mayor.pk,
        cast.tulsa.pk,
        {"option": "Covered hours", "role": "mayor"},
    )


def test_get_of_an_acting_address_changes_nothing(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    for name in ("decision", "decision-answer"):
        as_(cast.mayor).get(url(name, cast.tulsa, decision.pk), {"option": "Stipend", "seen": seen(decision)})
    assert as_(cast.lead).get(url("decision-withdraw", cast.tulsa, decision.pk)).status_code == 405
    assert fresh(decision).is_waiting


def test_an_answer_without_a_choice_keeps_the_comment(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    page = answer(as_(cast.mayor), decision, option="", comment="I would rather wait.")
    assert (page.status_code, fresh(decision).is_waiting) == (422, True)
    assert "Choose one of the options." in main_text(page)
    assert "I would rather wait." in main_text(page)


def test_an_option_that_was_not_offered_is_refused(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    assert "Choose one of the options." in main_text(answer(as_(cast.mayor), decision, option="A fourth way"))
    assert fresh(decision).is_waiting


def test_comment_length_counts_a_line_break_once(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.mayor)
    too_long = answer(browser, decision, comment="x" * 1001)
    assert "Ensure this value has at most 1000 characters (it has 1001)." in main_text(too_long)
    assert fresh(decision).is_waiting
    assert answer(browser, decision, comment="a\r\n" * 499 + "bc").status_code == 302


def test_answer_to_a_reworded_question_shows_the_new_text(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.mayor)
    as_(cast.lead).post(
        url("decision-edit", cast.tulsa, decision.pk),
        form(cast.tulsa, option_1="Covered hours", option_2="Neither", seen=seen(decision)),
    )
    page = answer(browser, decision, comment="Please.")
    assert page.status_code == 409
    assert "changed this while you were editing" in main_text(page)
    assert "Question Who signs?" in main_text(page)
    assert "Options Covered hours; Neither" in main_text(page)
    assert "Please." in main_text(page)
    assert fresh(decision).is_waiting
    assert answer(browser, decision, seen=page.context["form"].data["seen"]).status_code == 302


def test_a_double_click_is_one_answer(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.mayor)
    first, second = answer(browser, decision), answer(browser, decision)
    assert [first.status_code, second.status_code] == [302, 302]
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="decision made").count() == 1


def test_second_answer_is_refused_and_shown_to_its_writer(cast, as_):
    let_delegate_decide(cast.tulsa)
    decision = ask(cast.tulsa, cast.lead)
    answer(as_(cast.mayor), decision, option="Stipend")
    late = answer(as_(cast.delegate), decision, option="Neither", comment="She said neither.")
    page_text = main_text(late)
    assert late.status_code == 409
    assert "This question was answered by Mayor, Mayor: “Stipend.”" in page_text
    assert "Only the first answer counts, so yours wasn’t recorded." in page_text
    assert "You chose: Neither Your comment: She said neither." in page_text
    assert fresh(decision).chosen == "Stipend"


def test_a_withdrawn_question_needs_no_answer(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    as_(cast.lead).post(url("decision-withdraw", cast.tulsa, decision.pk))
    late = answer(as_(cast.mayor), decision, comment="Why not?")
    assert late.status_code == 409
    assert "The question no longer needs an answer, so yours wasn’t recorded." in main_text(late)
    assert "Why not?" in main_text(late)
    assert (fresh(decision).chosen, fresh(decision).decided_at) == ("", None)


# The delegate -------------------------------------------------------------------------------------


def test_delegate_cannot_answer_where_the_city_does_not_allow_it(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.delegate)
    page = browser.get(url("decision", cast.tulsa, decision.pk))
    page_text = main_text(page)
    assert "Tulsa doesn’t allow the mayor’s delegate to answer, so only Mayor (Mayor) can answer here." in page_text
    assert 'type="radio"' not in page.content.decode()
    assert answer(browser, decision).status_code == 403
    assert fresh(decision).is_waiting


def test_a_delegate_answers_on_behalf_of_the_mayor(cast, as_):
    let_delegate_decide(cast.tulsa)
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.delegate)
    page = browser.get(url("decision", cast.tulsa, decision.pk))
    assert "Record the decision on behalf of Mayor Mayor" in main_text(page)
    assert answer(browser, decision).status_code == 302
    made = fresh(decision)
    assert (made.decided_by, made.decided_as, made.on_behalf_of) == (cast.delegate, "mayors_delegate", cast.mayor)
    answered_by = "Delegate, mayor’s delegate, on behalf of Mayor Mayor"
    assert made.answered_by == answered_by
    for who in ("mayor", "lead", "coach"):
        assert answered_by in main_text(as_(getattr(cast, who)).get(url("decision", cast.tulsa, decision.pk))).replace(
            "&#x27;", "'"
        )


def test_delegate_cannot_answer_without_a_mayor(cast, as_):
    let_delegate_decide(cast.tulsa)
    with rls.every_city():
        cast.tulsa.membership_set.filter(role=Role.MAYOR).update(until=timezone.localdate() - timedelta(days=2))
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.delegate)
    page = browser.get(url("decision", cast.tulsa, decision.pk))
    assert "No one is confirmed as mayor in Tulsa right now, so no one can answer." in main_text(page)
    assert answer(browser, decision).status_code == 403
    assert fresh(decision).is_waiting


def test_delegate_answers_for_the_present_mayor(cast, as_):
    """After an election the former mayor's role has ended; the record names the current officeholder."""
    let_delegate_decide(cast.tulsa)
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.mayor).update(until=timezone.localdate() - timedelta(days=2))
        cast.tulsa.membership_set.filter(user=cast.member).update(role=Role.MAYOR)
        for user, office in ((cast.member, Office.MAYOR), (cast.delegate, Office.DELEGATE)):
            offices.confirm(city=cast.tulsa, user=user, office=office, by=cast.admin)
    decision = ask(cast.tulsa, cast.lead)
    answer(as_(cast.delegate), decision)
    assert fresh(decision).on_behalf_of == cast.member
    assert answer(as_(cast.mayor), decision).status_code == 404


# Confirmed, or not ---------------------------------------------------------------------------------


def end_confirmations(cast, *who):
    with rls.every_city():
        for holder in cast.tulsa.officeholder_set.filter(ended_at=None, user__in=who):
            offices.end(holder=holder, by=cast.admin)


def test_unconfirmed_mayor_reads_why_and_answers_nothing(cast, as_):
    end_confirmations(cast, cast.mayor)
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.mayor)
    why = "You aren’t confirmed as mayor, so you can’t answer this question. GovEx confirms who holds the office."
    page = browser.get(url("decision", cast.tulsa, decision.pk))
    assert why in main_text(page)
    assert 'type="radio"' not in page.text
    refused = answer(browser, decision)
    assert (refused.status_code, why in main_text(refused)) == (403, True)
    assert fresh(decision).is_waiting
    assert not browser.get(reverse("dashboards:mayor", args=["tulsa-us"])).context["may_decide"]


def test_second_person_with_the_mayor_role_does_not_answer(cast, as_):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.member).update(role=Role.MAYOR)
    decision = ask(cast.tulsa, cast.lead)
    assert answer(as_(cast.member), decision).status_code == 403
    assert fresh(decision).is_waiting
    assert answer(as_(cast.mayor), decision).status_code == 302


def test_unconfirmed_delegate_reads_why_and_answers_nothing(cast, as_):
    let_delegate_decide(cast.tulsa)
    end_confirmations(cast, cast.delegate)
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.delegate)
    why = "You aren’t confirmed as the mayor’s delegate, so you can’t answer for the mayor."
    assert why in main_text(browser.get(url("decision", cast.tulsa, decision.pk)))
    refused = answer(browser, decision)
    assert (refused.status_code, why in main_text(refused)) == (403, True)
    assert fresh(decision).is_waiting
    assert not browser.get(reverse("dashboards:mayor", args=["tulsa-us"])).context["may_decide"]


# Two at once ---------------------------------------------------------------------------------------


def _waiting():
    """How many of this database's sessions are waiting for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def _both(jobs, decision):
    """Send both answers while a third connection holds the row; returns the responses in any order."""
    outcomes = []

    def send(person, option):
        browser = ScopedClient()
        browser.force_login(person)
        outcomes.append((option, answer(browser, decision, option=option).status_code))
        connections.close_all()

    threads = [threading.Thread(target=send, args=job) for job in jobs]
    with rls.every_city():
        Decision.objects.select_for_update().get(pk=decision.pk)
        for thread in threads:
            thread.start()
        patience = time.monotonic() + 20
        while (waiting := _waiting()) < len(jobs) and time.monotonic() < patience:
            pass
    for thread in threads:
        thread.join()
    assert waiting == len(jobs)
    return sorted(outcomes, key=lambda pair: pair[1])


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_record_one_and_refuse_the_other(cast):
    let_delegate_decide(cast.tulsa)
    decision = ask(cast.tulsa, cast.lead)
    (first, recorded), (second, refused) = _both([(cast.mayor, "Stipend"), (cast.delegate, "Neither")], decision)
    assert (recorded, refused) == (302, 409)
    assert {first, second} == {"Stipend", "Neither"}
    assert fresh(decision).chosen == first
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="decision made").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_moment_is_one_answer(cast):
    decision = ask(cast.tulsa, cast.lead)
    assert _both([(cast.mayor, "Stipend"), (cast.mayor, "Stipend")], decision) == [("Stipend", 302)] * 2
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="decision made").count() == 1


# Asking -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ASKERS)
def test_a_question_is_put_to_the_mayor(cast, as_, who):
    browser = as_(getattr(cast, who))
    page_text = main_text(browser.get(url("decision-new", cast.tulsa)))
    sentence = (
        "Mayor, the mayor’s delegate, the Tulsa city team, and GovEx will see this question, along with your name."
    )
    assert sentence in page_text
    gone = browser.post(url("decision-new", cast.tulsa), form(cast.tulsa, option_4="Both", context="One\r\ntwo."))
    with rls.every_city():
        decision = cast.tulsa.decision_set.get()
        assert AuditEvent.objects.filter(verb="decision asked", object_id=decision.pk).count() == 1
    assert gone["Location"] == url("decision", cast.tulsa, decision.pk)
    assert (decision.question, decision.context, decision.options, decision.asked_by_id) == (
        "Who signs?",
        "One\ntwo.",
        ["Mayor", "Council", "Both"],
        getattr(cast, who).pk,
    )


def test_a_question_sent_twice_is_asked_once(cast, as_):
    browser, data = as_(cast.lead), form(cast.tulsa, form_key="key")
    first, second = (browser.post(url("decision-new", cast.tulsa), data) for _ in range(2))
    assert first["Location"] == second["Location"]
    with rls.every_city():
        assert cast.tulsa.decision_set.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("due_on", "2020-01-01", "That date has passed. Choose today or a later date."),
        ("option_2", "", "This field is required."),
        ("option_2", "MAYOR", "This option is already listed above."),
        ("question", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("context", "", "This field is required."),
        ("due_on", "soon", "Enter a valid date."),
    ],
)
def test_a_bad_question_gets_a_sentence_and_keeps_the_rest(cast, as_, field, value, sentence):
    page = as_(cast.lead).post(url("decision-new", cast.tulsa), form(cast.tulsa, **{field: value}))
    assert page.status_code == 422
    assert sentence in main_text(page)
    assert 'value="Mayor"' in page.content.decode()
    with rls.every_city():
        assert cast.tulsa.decision_set.count() == 0


def test_today_is_the_citys_day(cast, as_):
    """A day that has started or not ended elsewhere doesn't matter: the city's own date counts."""
    yesterday = cast.tulsa.today() - timedelta(days=1)
    page = as_(cast.lead).post(url("decision-new", cast.tulsa), form(cast.tulsa, due_on=yesterday.isoformat()))
    assert "That date has passed." in main_text(page)
    assert f'min="{cast.tulsa.today().isoformat()}"' in page.content.decode()


def test_open_question_can_be_changed(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.coach)
    page = browser.get(url("decision-edit", cast.tulsa, decision.pk)).content.decode()
    assert 'value="Covered hours"' in page
    assert f'value="{cast.tulsa.today().isoformat()}"' in page
    browser.post(url("decision-edit", cast.tulsa, decision.pk), form(cast.tulsa, seen=seen(decision)))
    now = fresh(decision)
    assert (now.question, now.options, now.asked_by_id) == ("Who signs?", ["Mayor", "Council"], cast.lead.pk)


def test_two_edits_of_a_question_both_keep_their_text(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    at = url("decision-edit", cast.tulsa, decision.pk)
    as_(cast.coach).post(at, form(cast.tulsa, question="The coach's words?", seen=seen(decision)))
    browser = as_(cast.lead)
    page = browser.post(at, form(cast.tulsa, question="The lead's words?", seen=seen(decision)))
    html = page.content.decode()
    assert page.status_code == 409
    assert "Coach changed this while you were editing" in main_text(page)
    assert "Question The coach&#x27;s words? Your entry, still in the field: The lead&#x27;s words?" in main_text(page)
    assert 'value="The lead&#x27;s words?"' in html
    assert fresh(decision).question == "The coach's words?"
    browser.post(at, form(cast.tulsa, question="The lead's words?", seen=page.context["form"].data["seen"]))
    assert fresh(decision).question == "The lead's words?"


def test_answered_question_cannot_be_changed(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.lead)
    answer(as_(cast.mayor), decision)
    at = url("decision-edit", cast.tulsa, decision.pk)
    assert browser.get(at)["Location"] == url("decision", cast.tulsa, decision.pk)
    page = browser.post(at, form(cast.tulsa, seen=seen(decision)))
    assert "Your change wasn’t saved" in main_text(page)
    assert 'value="Who signs?"' in page.content.decode()
    assert fresh(decision).question == decision.question


def test_a_question_is_withdrawn_and_can_be_asked_again(cast, as_):
    decision, browser = ask(cast.tulsa, cast.lead), as_(cast.lead)
    page = browser.post(url("decision-withdraw", cast.tulsa, decision.pk), follow=True)
    assert "Question withdrawn. You can ask it again below." in main_text(page)
    again = f"{url('decision-new', cast.tulsa)}?again={decision.pk}"
    assert again in page.content.decode()
    html = browser.get(again).content.decode()
    assert 'value="Covered hours"' in html
    assert decision.question in html
    assert not fresh(decision).is_waiting


def test_new_question_never_copies_another_citys_text(cast, as_):
    foreign = ask(cast.rosario, cast.other_lead, "Foreign words?")
    for wanted in (foreign.pk, "x", "9" * 40, "²"):
        page = as_(cast.lead).get(url("decision-new", cast.tulsa), {"again": wanted})
        assert page.status_code == 200
        assert "Foreign words?" not in page.content.decode()


def test_an_answered_question_cannot_be_withdrawn(cast, as_):
    decision = ask(cast.tulsa, cast.lead)
    answer(as_(cast.mayor), decision)
    page = as_(cast.lead).post(url("decision-withdraw", cast.tulsa, decision.pk), follow=True)
    assert "This question was answered by Mayor, Mayor: “Covered hours.”" in main_text(page)
    assert fresh(decision).withdrawn_at is None


# What it costs ------------------------------------------------------------------------------------


def _fill(city, by, rows):
    waits = {"city": city, "context": "c", "options": OPTIONS, "asked_by": by, "due_on": city.today()}
    answered = {"decided_at": timezone.now(), "chosen": "Stipend", "decided_as": "mayor", "decided_by": by}
    with rls.every_city():
        Decision.objects.bulk_create(Decision(question=f"{n}?", **waits) for n in range(rows))
        Decision.objects.bulk_create(Decision(question=f"{n}!", **waits, **answered) for n in range(rows))


@pytest.mark.parametrize("rows", [10, 100])
def test_the_pages_cost_the_same_however_many_questions(cast, as_, rows):
    decision = ask(cast.tulsa, cast.lead)
    _fill(cast.tulsa, cast.lead, rows)
    browser, spent = as_(cast.lead), {}
    for name, args in (
        ("decisions", []),
        ("decision", [decision.pk]),
        ("decision-new", []),
        ("decision-edit", [decision.pk]),
    ):
        with cost() as measured:
            assert browser.get(url(name, cast.tulsa, *args)).status_code == 200
        spent[name] = measured.count
    assert spent == {"decisions": 6, "decision": 3, "decision-new": 2, "decision-edit": 3}


@pytest.mark.parametrize(
    ("language", "asked", "none"),
    [
        ("en", "You have one question to answer.", "You haven’t been asked any questions yet."),
        ("es", "Usted tiene una pregunta por responder.", "Todavía no se le ha hecho ninguna pregunta."),
        ("pt-br", "Você tem uma pergunta para responder.", "Você ainda não recebeu nenhuma pergunta."),
    ],
)
def test_mayor_reads_about_the_own_decision_in_the_second_person(cast, as_, language, asked, none):
    cast.mayor.name = "Loretta Haskins"
    cast.mayor.language = language
    cast.mayor.save()
    with rls.every_city():
        holder = cast.tulsa.officeholder_set.get(office=Office.MAYOR)
        offices.end(holder=holder, by=cast.admin)
        offices.confirm(city=cast.tulsa, user=cast.mayor, office=Office.MAYOR, by=cast.admin)
    browser = as_(cast.mayor)
    assert none in main_text(browser.get(url("decisions", cast.tulsa)))
    row = ask(cast.tulsa, cast.lead)
    listed, page = browser.get(url("decisions", cast.tulsa)), browser.get(url("decision", cast.tulsa, row.pk))
    assert asked in main_text(listed)
    assert "GovEx" in main_text(page)
    for text in (main_text(listed), main_text(page)):
        assert "Loretta Haskins" not in text
    assert "Loretta Haskins" in main_text(as_(cast.lead).get(url("decisions", cast.tulsa)))
