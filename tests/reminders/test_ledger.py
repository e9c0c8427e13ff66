"""The reminder pages, for program admins only."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accelerator import mail, rls, stepup
from accelerator.models import AuditEvent, Email
from cities.invitations import actions as invitations
from reminders import clock
from reminders.models import Due
from reminders.rules.registry import RULES
from reminders.rules.rule import AT
from strategy.models import SectionState
from tests.clients import cost
from tests.mails import change, emails, path_in, reload

pytestmark = pytest.mark.django_db
PAGES = ["reminders:ledger", "reminders:dues", "reminders:forecast", "reminders:dry-run"]


@pytest.fixture
def rows(stage):
    """A reminder in each state, those with an email in an email of that state."""
    now = timezone.now()
    with rls.every_city():
        section = stage.cast.tulsa.section_set.get(key="vision")
        made = {}
        for number, state in enumerate(Due.State.values):
            email = None
            if state in Email.State.values and state != "skipped":
                email = Email.objects.create(
                    kind="daily",
                    person=stage.cast.lead,
                    to=stage.cast.lead.email,
                    day=now.date() - timedelta(days=number),
                    state=state,
                    reason="550 No such mailbox" if state == "failed" else "",
                    claimed_at=now,
                    sent_at=now if state == "sent" else None,
                    subject="Due in 7 days",
                    text="Dear Lead,\nhttp://127.0.0.1:8000/cities/tulsa-us/strategy/vision/\n",
                    reply_to="coach@govex.example",
                )
            made[state] = Due.objects.create(
                rule="section-due",
                object_id=section.pk,
                person=stage.cast.lead,
                city=stage.cast.tulsa,
                occurrence=f"2026-01-{10 + number} T-7",
                due_at=now - timedelta(hours=number + 1),
                expires_at=now + timedelta(days=2),
                email=email,
                skipped_at=now if state == "skipped" else None,
                why="done" if state == "skipped" else "",
            )
    return made


def address(name, rows):
    if name == "reminders:email":
        return reverse(name, args=[rows["sent"].email_id])
    return reverse(name)


@pytest.mark.parametrize("name", [*PAGES, "reminders:email"])
def test_the_ledger_opens_for_staff_only(stage, rows, as_, name):
    path, cast = address(name, rows), stage.cast
    assert as_(cast.admin).get(path).status_code == 200
    for coach in (cast.coach, cast.other_coach):
        assert as_(coach).get(path).status_code == 403
    for person in (cast.lead, cast.member, cast.mayor, cast.guest, cast.other_lead, cast.funder, cast.nobody):
        assert as_(person).get(path).status_code == 404
    assert as_().get(path).status_code == 302
    assert as_(cast.admin).post(path).status_code == 405


def test_an_email_that_is_not_there_is_not_found(stage, as_):
    assert as_(stage.cast.admin).get(reverse("reminders:email", args=[uuid4()])).status_code == 404


def test_the_ledger_shows_trouble_first(stage, rows, as_):
    response = as_(stage.cast.admin).get(reverse("reminders:ledger"))
    page = response.content.decode()
    assert sorted(email.state for email in response.context["troubles"]) == ["failed", "unknown"]
    assert response.context["page"].paginator.count == 4
    assert page.index("Needs attention") < page.index("All emails")
    for phrase in ("550 No such mailbox", "2 emails need attention."):
        assert phrase in page


def test_the_reminders_are_shown_in_every_state(stage, rows, as_):
    response = as_(stage.cast.admin).get(reverse("reminders:dues"))
    assert len(response.context["entries"]) == 6
    for phrase in ("550 No such mailbox", "Already done.", "7 days before"):
        assert phrase in response.text


@pytest.mark.parametrize(
    ("query", "states"),
    [
        ("state=sent", ["sent"]),
        ("state=planned&city=tulsa-us", ["planned"]),
        ("city=rosario-ar", []),
        ("person=LÉAD", ["planned", "claimed", "sent", "skipped", "failed", "unknown"]),
        ("person=lead@tulsa", ["planned", "claimed", "sent", "skipped", "failed", "unknown"]),
        ("person=nobody", []),
        ("rule=section-due&state=failed&period=all", ["failed"]),
        ("state=nonsense&city=nonsense&rule=nonsense&period=nonsense&page=nonsense", 6),
    ],
)
def test_filters(stage, rows, as_, query, states):
    response = as_(stage.cast.admin).get(reverse("reminders:dues") + "?" + query)
    found = [entry["row"].state for entry in response.context["entries"]]
    assert (len(found) if isinstance(states, int) else found) == states


def test_each_number_is_the_length_of_its_list(stage, rows, as_):
    browser = as_(stage.cast.admin)
    tallies = browser.get(reverse("reminders:dues")).context["tallies"]
    assert len(tallies) == 6
    for value, number, _label in tallies:
        listed = browser.get(reverse("reminders:dues") + f"?state={value}").context["page"]
        assert listed.paginator.count == number == 1


def test_old_rows_are_a_choice_away(stage, rows, as_):
    with rls.every_city():
        Due.objects.update(due_at=timezone.now() - timedelta(days=40))
    browser, path = as_(stage.cast.admin), reverse("reminders:dues")
    assert len(browser.get(path).context["entries"]) == 0
    assert len(browser.get(path + "?period=90").context["entries"]) == 6
    assert len(browser.get(path + "?period=all").context["entries"]) == 6


def test_a_deleted_subject_keeps_its_row(stage, rows, as_):
    with rls.every_city():
        stage.cast.tulsa.section_set.filter(key="vision").delete()
    page = as_(stage.cast.admin).get(reverse("reminders:dues")).content.decode()
    assert page.count("Deleted item") >= 6


def test_a_sent_digest_shows_its_text_and_reminders(stage, rows, as_):
    response = as_(stage.cast.admin).get(address("reminders:email", rows))
    page = response.content.decode()
    assert "Dear Lead," in page
    assert "coach@govex.example" in page
    assert [entry["row"].state for entry in response.context["entries"]] == ["sent"]


def send_now(stage, as_, row, person="admin", **data):
    return as_(stage.cast.people[person]).post(reverse("reminders:due-send-now", args=[row.pk]), data)


def due_now(stage):
    """A section whose week-before reminder is due within a day, planned."""
    now = timezone.now()
    local = now.astimezone(stage.cast.lead.zone)
    days = 7 if local.time() < AT else 8  # later today, or tomorrow
    section = stage.open("risks", (local + timedelta(days=days)).date().isoformat())
    clock.plan(now + timedelta(days=1))
    with rls.every_city():
        return section, Due.objects.get(object_id=section.pk)


def test_send_now_once_by_the_clock(stage, as_, mailoutbox):
    _section, row = due_now(stage)
    response = send_now(stage, as_, row, back="/reminders/due/?state=planned")
    assert (response.status_code, response.url) == (302, "/reminders/due/?state=planned")
    assert mailoutbox == []
    with rls.every_city():
        assert Due.objects.get(pk=row.pk).send_now_at is not None
        assert AuditEvent.objects.filter(verb="reminder sent now", city_id=stage.cast.tulsa.pk).count() == 1
    assert clock.tick() == 1
    assert len(mailoutbox) == 1
    with rls.every_city():
        assert Due.objects.get(pk=row.pk).state == "sent"
    send_now(stage, as_, row)
    assert clock.tick() == 0
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("back", ["2026", "//elsewhere.example/", "reminders", ""])
def test_send_now_leads_back_to_a_page_of_ours(stage, as_, back):
    _section, row = due_now(stage)
    response = send_now(stage, as_, row, back=back)
    assert (response.status_code, response.url) == (302, "/reminders/due/")


def test_send_now_of_what_is_done_is_skipped(stage, as_, mailoutbox):
    section, row = due_now(stage)
    send_now(stage, as_, row)
    stage.set(section, state=SectionState.FINAL)
    assert clock.tick() == 0
    with rls.every_city():
        assert Due.objects.get(pk=row.pk).why == "done"


@pytest.mark.parametrize("state", ["claimed", "sent", "skipped", "unknown"])
def test_what_is_settled_is_not_sent_again(stage, rows, as_, state):
    with rls.every_city():  # no email of today is in the way
        Email.objects.update(day=F("day") - timedelta(days=9))
    send_now(stage, as_, rows[state])
    with rls.every_city():
        row = Due.objects.get(pk=rows[state].pk)
    assert (row.state, row.send_now_at) == (state, None)


def test_send_now_sends_no_second_email_today(stage, rows, as_):
    with rls.every_city():
        Email.objects.exclude(pk=rows["sent"].email_id).update(person=None, day=None, kind="invitation")
    stage.set(rows["sent"].email, day=timezone.localdate(timezone=stage.cast.lead.zone))
    response = as_(stage.cast.admin).post(reverse("reminders:due-send-now", args=[rows["planned"].pk]), follow=True)
    assert "has already received today’s email" in response.content.decode()
    with rls.every_city():
        assert Due.objects.get(pk=rows["planned"].pk).send_now_at is None


def test_send_now_is_for_staff_and_by_post(stage, rows, as_):
    row = rows["planned"]
    assert send_now(stage, as_, row, "coach").status_code == 403
    assert send_now(stage, as_, row, "lead").status_code == 404
    path = reverse("reminders:due-send-now", args=[row.pk])
    assert as_(stage.cast.admin).get(path).status_code == 405
    assert as_(stage.cast.admin).post(reverse("reminders:due-send-now", args=[0])).status_code == 404
    response = send_now(stage, as_, row, back="https://elsewhere.example/")
    assert response.url == reverse("reminders:dues")


def fill(stage, number):
    """That many rows in the ledger, with an email each, and as many people with something to come."""
    now = timezone.now()
    with rls.every_city():
        Due.objects.all().delete()
        Email.objects.all().delete()
        sections = list(stage.cast.tulsa.section_set.all())
        for count in range(number):
            email = Email.objects.create(
                kind="daily",
                person=stage.cast.lead,
                to=stage.cast.lead.email,
                day=now.date() - timedelta(days=count),
                created_at=now - timedelta(hours=count),
                state=["sent", "failed"][count % 2],
                sent_at=now,
            )
            Due.objects.create(
                rule="section-due",
                object_id=sections[count % 18].pk,
                person=stage.cast.lead,
                city=stage.cast.tulsa,
                occurrence=f"2026-01-01 T-{count + 10}",
                due_at=now - timedelta(hours=count),
                expires_at=now,
                email=email,
            )
        model = sections[0]
        stage.cast.tulsa.section_set.filter(key__startswith="more").delete()
        type(model).objects.bulk_create(
            type(model)(
                city=stage.cast.tulsa,
                strategy=model.strategy,
                template=model.template,
                key=f"more-{count}",
                position=100 + count,
                due_on=now.date() + timedelta(days=3 + count % 9),
            )
            for count in range(number)
        )


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_cost_the_same_at_10_and_100_rows(stage, as_, name):
    browser, path = as_(stage.cast.admin), reverse(name)
    found = []
    for number in (10, 100):
        fill(stage, number)
        browser.get(path)
        with cost() as measured:
            assert browser.get(path).status_code == 200
        found.append(measured.count)
    assert found[0] == found[1]
    # Where a page asks the rules, each of them is one statement.
    assert found[0] <= 14 + len(RULES) - 1


def test_a_email_costs_the_same_with_10_and_100_reminders(stage, as_):
    browser, found = as_(stage.cast.admin), []
    for number in (10, 100):
        fill(stage, number)
        with rls.every_city():
            email = Email.objects.first()
            Due.objects.update(email=email)
        with cost() as measured:
            browser.get(reverse("reminders:email", args=[email.pk]))
        found.append(measured.count)
    assert found[0] == found[1] <= 8


def test_the_forecast_by_day(stage, as_):
    fill(stage, 5)
    browser, path = as_(stage.cast.admin), reverse("reminders:forecast")
    response = browser.get(path)
    assert response.context["total"] > 0
    assert (
        sum(int(label.rsplit(": ", 1)[1]) for _day, label in response.context["tallies"]) == response.context["total"]
    )
    for day, label in response.context["tallies"]:
        shown = browser.get(path, {"day": day.isoformat()}).context["page"]
        assert shown.paginator.count == int(label.rsplit(": ", 1)[1])
    assert browser.get(path, {"day": "nonsense"}).context["page"].paginator.count == response.context["total"]
    with rls.every_city():
        assert Due.objects.filter(state="planned").count() == 0


def test_the_dry_run_by_kind_changes_nothing(stage, as_, mailoutbox):
    _section, row = due_now(stage)
    with rls.every_city():
        row.press(timezone.now())
    browser, path = as_(stage.cast.admin), reverse("reminders:dry-run")
    response = browser.get(path)
    assert [number for _kind, _state, number, _label in response.context["tallies"]] == [1, 0, 0]
    assert browser.get(path, {"kind": "wait"}).context["page"].paginator.count == 0
    assert browser.get(path, {"kind": "nonsense"}).context["page"].paginator.count == 1
    assert mailoutbox == []
    with rls.every_city():
        assert Due.objects.get().state == "planned"


def test_the_alert_is_on_the_ledger(stage, as_):
    now = timezone.now()
    with rls.every_city():
        email = Email.objects.create(
            kind="daily", person=stage.cast.lead, to="x@y.example", day=now.date(), state="unknown", claimed_at=now
        )
        Due.objects.create(
            rule="section-due",
            object_id=1,
            person=stage.cast.lead,
            city=stage.cast.tulsa,
            occurrence="2026-01-01 T-7",
            due_at=now,
            expires_at=now,
            email=email,
        )
    page = as_(stage.cast.admin).get(reverse("reminders:ledger")).content.decode()
    assert "1 reminder should have gone out, but no daily email has been sent in the last 24 hours." in page


# Every email in one list -----------------------------------------------------------------


@pytest.fixture
def post(stage, as_):
    """A code, a code that confirms an act and an invitation in the queue; the secrets in them."""
    as_().post("/sign-in/", {"email": stage.cast.lead.email})
    stepup.send(person=stage.cast.mayor, purpose="sign 1", sentence="You’re about to sign version 1.")
    with rls.every_city():
        membership = stage.cast.tulsa.membership_set.get(user=stage.cast.member)
        invitations.invite(membership, by=stage.cast.lead)
    found = {email.kind: email for email in emails()}
    secrets = [re.search(r"\b\d{6}\b", found[kind].text)[0] for kind in ("sign-in", "step-up")]
    return found, [*secrets, path_in(found["invitation"])]


def test_codes_and_invitations_are_in_the_list_and_none_of_their_secrets(stage, post, rows, as_):
    found, secrets = post
    browser, path = as_(stage.cast.admin), reverse("reminders:ledger")
    page = browser.get(path)
    assert {email.kind for email in page.context["page"]} == {"sign-in", "step-up", "invitation", "daily"}
    for email, person in (
        ("sign-in", stage.cast.lead),
        ("step-up", stage.cast.mayor),
        ("invitation", stage.cast.member),
    ):
        assert person.email in page.text
        detail = browser.get(reverse("reminders:email", args=[found[email].pk]))
        assert person.email in detail.text
        assert not [secret for secret in secrets if secret in page.text + detail.text]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=invitation", ["invitation"]),
        ("kind=sign-in&state=queued", ["sign-in"]),
        ("kind=sign-in&state=sent", []),
        ("state=queued", ["invitation", "sign-in", "step-up"]),
        ("person=mayor@tulsa", ["step-up"]),
        ("person=MÉMBER", ["invitation"]),
        ("person=nobody", []),
        ("state=nonsense&kind=nonsense&period=nonsense&page=nonsense", ["invitation", "sign-in", "step-up"]),
    ],
)
def test_the_list_is_narrowed_by_state_kind_and_person(stage, post, as_, query, kinds):
    page = as_(stage.cast.admin).get(reverse("reminders:ledger") + "?" + query).context["page"]
    assert sorted(email.kind for email in page) == kinds


def test_an_email_of_last_year_is_a_choice_away(stage, post, as_):
    change(created_at=timezone.now() - timedelta(days=40))
    browser, path = as_(stage.cast.admin), reverse("reminders:ledger")
    counts = [browser.get(path + query).context["page"].paginator.count for query in ("", "?period=90", "?period=all")]
    assert counts == [0, 3, 3]


def test_a_sent_email_stores_no_token(stage, post, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    found, secrets = post
    for email in found.values():
        assert mail.deliver(email.pk) == "sent"
        row = reload(email)
        assert (row.text, row.html) == ("", "")
        assert not [secret for secret in secrets if secret in "".join(str(value) for value in vars(row).values())]


def test_only_staff_read_an_invitation_in_the_ledger(stage, post, as_):
    path = reverse("reminders:email", args=[post[0]["invitation"].pk])
    assert as_(stage.cast.admin).get(path).status_code == 200
    assert as_(stage.cast.coach).get(path).status_code == 403
    for person in (stage.cast.lead, stage.cast.member, stage.cast.other_lead, stage.cast.funder):
        assert as_(person).get(path).status_code == 404


def test_the_database_shows_an_email_only_in_its_own_scope(stage, post, rows):
    def seen(scope):
        with scope:
            return sorted(Email.objects.values_list("kind", flat=True))

    assert list(Email.objects.all()) == []
    assert seen(rls.city_scope(stage.cast.tulsa.pk)) == ["invitation"]
    assert seen(rls.city_scope(stage.cast.rosario.pk)) == []
    assert set(seen(rls.every_city())) == {"daily", "invitation", "sign-in", "step-up"}
