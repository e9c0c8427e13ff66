"""What the email says, and that its links only open pages."""

import re

import pytest
from django.db import connection
from django.urls import resolve

from accelerator import rls
from cities.models import Role
from reminders import clock
from reminders.rules.registry import RULES
from strategy.models import Mention, ReviewRequest
from strategy.review import conversations
from tests.reminders.stage import at

pytestmark = pytest.mark.django_db


def links(mail):
    return re.findall(r"http://127\.0\.0\.1:\d+(/\S*)", mail.body)


def test_the_digest_has_the_subject_its_day_its_page_and_the_coach(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    assert stage.tick("2026-01-23 08:31") == 1
    (mail,) = mailoutbox
    assert mail.subject == "Due in 7 days: 1. Vision for three years (Tulsa)"
    assert mail.reply_to == ["coach@govex.example"]
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mail.body.startswith(
        "Dear Lead,\n\nYou have 1 item to act on.\n\nTulsa (dates in Central time)\n\n- 1. Vision for three years\n"
        "  Due in 7 days: Fri, Jan 30"
    )
    assert "Status: not started." in mail.body
    assert "Questions? Ask your coach, Coach: coach@govex.example" in mail.body
    assert "We send at most one of these emails per business day." in mail.body
    assert links(mail)[0] == "/cities/tulsa-us/strategy/vision/"
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    assert re.findall(r'href="http://127\.0\.0\.1:\d+(/\S*)"', html) == links(mail)
    assert "<script" not in html


def test_the_text_of_a_daily_email_is_in_the_ledger(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.tick("2026-01-23 08:31")
    with rls.every_city():
        row = stage.cast.lead.emails.get()
    assert (row.subject, row.text, row.reply_to) == (mailoutbox[0].subject, mailoutbox[0].body, "coach@govex.example")


def test_late_and_a_copy_for_the_lead(stage, mailoutbox):
    stage.open("vision", "2026-01-30", assignee=stage.cast.member)
    assert stage.tick("2026-02-04 08:31") == 2
    lead, member = sorted(mailoutbox, key=lambda mail: mail.to)
    assert lead.subject == member.subject == "5 days late: 1. Vision for three years (Tulsa)"
    assert "Assigned to Member. You’re getting a copy." in lead.body
    assert "copy" not in member.body


def test_without_a_coach_replies_go_to_the_cohorts_address(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.set(stage.cast.cohort, reply_to="program@govex.example")
    with rls.every_city():
        stage.cast.tulsa.coachassignment_set.all().delete()
    stage.tick("2026-01-23 08:31")
    assert mailoutbox[0].reply_to == ["program@govex.example"]
    assert "Questions? Ask the program team: program@govex.example" in mailoutbox[0].body


def test_without_coach_and_reply_address_questions_go_to_the_sender(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    with rls.every_city():
        stage.cast.tulsa.coachassignment_set.all().delete()
    stage.tick("2026-01-23 08:31")
    assert mailoutbox[0].reply_to == []
    assert "Questions? Reply to this email." in mailoutbox[0].body


def test_the_digest_is_in_the_persons_language(stage, mailoutbox):
    stage.open("vision", "2026-01-30", city=stage.cast.rosario)
    with rls.every_city():
        title = stage.cast.rosario.section_set.get(key="vision").template.titles["es"]
    assert clock.tick(at("2026-01-23 08:31", "America/Argentina/Cordoba")) == 1
    assert title in mailoutbox[0].subject
    assert 'lang="es"' in mailoutbox[0].alternatives[0][0]


def test_a_person_of_two_cities_gets_one_email_grouped_by_city_each_in_its_own_days(stage, mailoutbox):
    with rls.every_city():
        stage.cast.rosario.membership_set.create(
            user=stage.cast.lead, role=Role.CITY_LEAD, created_at=at("2025-06-02 12:00")
        )
    stage.open("vision", "2026-01-30")
    stage.open("baseline", "2026-01-29")
    stage.open("vision", "2026-01-30", city=stage.cast.rosario, assignee=stage.cast.lead)
    assert stage.tick("2026-01-23 08:31") == 1
    (mail,) = mailoutbox
    assert mail.subject == "3 items to act on in 2 cities"
    heads = [
        "Rosario (dates in Córdoba time)",
        "Ask your coach, Other_Coach",
        "Tulsa (dates in Central time)",
        "Ask your coach, Coach",
    ]
    places = [mail.body.index(heading) for heading in heads]
    assert places == sorted(places)
    assert links(mail)[:3] == [
        "/cities/rosario-ar/strategy/vision/",
        "/cities/tulsa-us/strategy/baseline/",
        "/cities/tulsa-us/strategy/vision/",
    ]


def test_text_from_cities_cannot_break_the_html_or_the_headers(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.set(stage.cast.tulsa, name="<b>Tulsa</b>\nBcc: x@y.example")
    stage.set(stage.cast.lead, name="<script>alert(1)</script>")
    assert stage.tick("2026-01-23 08:31") == 1
    assert mailoutbox[0].subject == "Due in 7 days: 1. Vision for three years (<b>Tulsa</b>"
    assert mailoutbox[0].message()["Bcc"] is None
    assert "<script" not in mailoutbox[0].alternatives[0][0]
    assert "<b>" not in mailoutbox[0].alternatives[0][0]
    assert "Dear <script>alert(1)</script>," in mailoutbox[0].body


def fingerprint():
    """Every row except sessions, as one value per table."""
    with rls.every_city(), connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if not name.startswith(("django_", "accelerator_cache"))
        ]
        found = {}
        for name in tables:
            cursor.execute(f"select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '')) from \"{name}\" t")
            found[name] = cursor.fetchone()[0]
    return found


def test_opening_every_emailed_link_changes_nothing(stage, mailoutbox, as_):
    """Mail scanners open links by HEAD and by GET, before the person and more than once (docs/program.md 6)."""
    for key in ("vision", "baseline", "risks"):
        stage.open(key, "2026-01-30", assignee=stage.cast.member)
    assert stage.tick("2026-02-04 08:31") == 2
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        person = next(p for p in stage.cast.people.values() if p.email == mail.to[0])
        assert len(links(mail)) == 4
        for browser in (as_(), as_(person)):
            before = fingerprint()
            for path in links(mail) * 2:
                resolve(path)
                response = browser.get(path, follow=False)
                assert response.status_code in {200, 302}, path
                assert browser.head(path).status_code == response.status_code, path
                if "_auth_user_id" in browser.session and path != "/":
                    assert response.status_code == 200, path
            assert fingerprint() == before


def test_only_what_has_a_due_date_is_said_to_be_due():
    due = {name for name, rule in RULES.items() if rule.date_means == "due"}
    assert due == {"section-due", "status-asked", "yearly-review"}


def test_a_mention_is_not_said_to_be_due(stage, mailoutbox):
    with rls.every_city():
        row = conversations.open_thread(
            section=stage.cast.tulsa.section_set.get(key="vision"), body="Which six?", by=stage.cast.coach
        )
        comment = row.comments.first()
        type(row).objects.update(opened_at=at("2025-01-01 10:00"))
        type(comment).objects.update(created_at=at("2026-03-10 10:00"))
        Mention.objects.create(city=stage.cast.tulsa, comment=comment, person=stage.cast.member)
    assert stage.tick("2026-03-10 10:05") == 1
    (mail,) = mailoutbox
    assert mail.subject == "You were mentioned in a comment: Vision for three years (Tulsa)"
    assert "Tue, Mar 10. “Which six?”" in mail.body
    assert "Due" not in mail.body
    assert "Due" not in mail.alternatives[0][0]


@pytest.mark.parametrize(
    ("moment", "subject", "timing"),
    [
        ("2026-03-10 10:05", "Review requested: full draft (Tulsa)", "Tue, Mar 10."),
        ("2026-03-16 10:05", "Pending for 6 days: Review requested: full draft (Tulsa)", "Pending since Tue, Mar 10."),
    ],
)
def test_a_request_is_pending_and_not_late(stage, mailoutbox, moment, subject, timing):
    with rls.every_city():
        ReviewRequest.objects.create(
            city=stage.cast.tulsa, asked_by=stage.cast.lead, asked_at=at("2026-03-10 10:00"), words="Is it clear?"
        )
    assert stage.tick(moment) == 1
    assert mailoutbox[0].subject == subject
    assert f"{timing} Is it clear?" in mailoutbox[0].body
    assert "late" not in mailoutbox[0].body


def test_the_coachs_own_email_names_the_program_team_for_questions(stage, mailoutbox):
    stage.set(stage.cast.cohort, reply_to="program@govex.example")
    with rls.every_city():
        ReviewRequest.objects.create(city=stage.cast.tulsa, asked_by=stage.cast.lead, asked_at=at("2026-03-10 10:00"))
    stage.tick("2026-03-10 10:05")
    (mail,) = mailoutbox
    assert mail.to == [stage.cast.coach.email]
    assert "your coach" not in mail.body
    assert "Questions? Ask the program team: program@govex.example" in mail.body
    assert mail.reply_to == ["program@govex.example"]
