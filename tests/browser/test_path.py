"""The main job in a real browser, with a real worker: from a new cohort to the mayor's answer and a PDF."""

import re
import time
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accelerator import rls
from accelerator.models import User
from cities import actions as cities
from cities.models import City, Role
from curriculum import loading as curriculum_defaults
from reminders.clock import tick
from reminders.models import Due
from strategy.template import loading as strategy_defaults
from tests import worker
from tests.cast import QUITO, make_city, make_cohort, monday_weeks_ago

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECONDS = 30
_pause = Event()


@pytest.fixture
def mailbox(tmp_path, settings, transactional_db, live_server):
    """The folder in which a real worker leaves the emails of this test."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.BASE_URL = live_server.url
    settings.EMAIL_BACKEND = "accelerator.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    with worker.running(tmp_path):
        yield tmp_path / "mail"


def mail_to(folder: Path, address: str, pattern: str) -> re.Match[str]:
    """What the pattern finds in the newest matching email to this address; polls the worker until a deadline."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for path in sorted(folder.glob("*.eml"), reverse=True) if folder.exists() else []:
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            text = mail.get_body(("plain",)).get_content()
            if address in mail["To"] and (found := re.search(pattern, text, re.MULTILINE)):
                return found
        _pause.wait(0.1)
    raise AssertionError(f"no mail to {address} with {pattern!r} in {SECONDS} s")


def enter_by_code(page: Page, folder: Path, address: str) -> None:
    """Sign in as a person would: request a code, read the email, type it."""
    page.goto("/sign-in/")
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/sign-in/code/")
    type_code(page, folder, address)


def type_code(page: Page, folder: Path, address: str) -> None:
    # An invitation speaks of codes too: only the email that has one counts.
    page.get_by_label("Code").fill(mail_to(folder, address, r"^\s*(\w{4}-\w{4})\s*$")[1])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def arrive(page: Page, folder: Path, address: str) -> None:
    """Follow the link of an invitation, ask for the code there, and come in."""
    page.goto(mail_to(folder, address, r"https?://\S+/invitation/\S+")[0])
    page.locator("main form button").first.click()
    page.wait_for_url("**/sign-in/code/")
    type_code(page, folder, address)


def test_from_a_new_cohort_to_the_mayors_answer(page_as, mailbox):
    strategy_defaults.load()
    curriculum_defaults.load_program()
    curriculum_defaults.load_rubric()
    with rls.every_city():
        admin = cities.add_staff(email="dana@govex.example", name="Dana", role=Role.PROGRAM_ADMIN, by=None).user
        coach = cities.add_staff(email="hannah@govex.example", name="Hannah", role=Role.COACH, by=None).user

    staff = page_as()
    enter_by_code(staff, mailbox, admin.email)
    staff_makes_a_cohort(staff)
    staff_invites(staff)
    with rls.every_city():
        city = City.objects.get(slug="tulsa-us")
        cities.assign_coach(enrollment=city.enrollment_set.get(), coach=coach, by=admin)

    lead = page_as()
    arrive(lead, mailbox, "denise@tulsa.example")
    lead_writes(lead)
    reviewer = page_as()
    enter_by_code(reviewer, mailbox, coach.email)
    coach_comments(reviewer)
    coach_logs_a_session(reviewer)
    lead_reads_what_is_shared(lead)
    lead_asks_the_mayor(lead)

    mayor = page_as(width=390)
    arrive(mayor, mailbox, "mayor@tulsa.example")
    mayor_decides(mayor)
    pdf_is_made(lead)
    reminder_goes_out(city, mailbox)
    nobody_sees_another_citys_rows(page_as)


def staff_makes_a_cohort(page: Page) -> None:
    page.goto("/cohorts/new/")
    page.get_by_label("Name").fill("Cohort of the test")
    page.get_by_label("Kickoff").fill(monday_weeks_ago(4).isoformat())
    page.get_by_role("button", name="Create cohort").click()
    page.wait_for_url("**/cohorts/cohort-of-the-test/**")
    page.goto("/cohorts/cohort-of-the-test/cities/add/")
    page.get_by_role("searchbox").fill("tulsa")
    page.get_by_role("button", name="Add Tulsa").click()
    expect(page.get_by_role("link", name="Settings for Tulsa")).to_be_visible()
    page.goto("/cohorts/cohort-of-the-test/live/")
    page.locator("main form button").first.click()
    expect(page.get_by_text("Week 5 of 26").first).to_be_visible()


def staff_invites(page: Page) -> None:
    for name, address, role in (
        ("Denise Whitlow", "denise@tulsa.example", "City lead"),
        ("Loretta Haskins", "mayor@tulsa.example", "Mayor"),
    ):
        page.goto("/cities/tulsa-us/team/invite/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Email address").fill(address)
        page.get_by_label("Role").select_option(role)
        page.get_by_role("button", name="Send invitation").click()
        page.wait_for_url("**/cities/tulsa-us/team/")
        expect(page.get_by_text(name).first).to_be_visible()


def lead_writes(page: Page) -> None:
    page.goto("/cities/tulsa-us/strategy/vision/")
    editor = page.get_by_role("textbox", name="Section text")
    expect(editor).to_have_attribute("contenteditable", "true")
    editor.click()
    page.keyboard.type("In three years a resident gets one answer.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".editor__saved [data-part=saved]")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_role("textbox", name="Section text")).to_contain_text("one answer")


def coach_comments(page: Page) -> None:
    page.goto("/cities/tulsa-us/strategy/vision/")
    page.get_by_text("New comment").click()
    comments = page.locator("#comments")
    comments.locator("textarea[name=body]").fill("Which residents will notice first?")
    comments.get_by_role("button", name="Post comment").click()
    expect(comments.get_by_text("Which residents will notice first?")).to_be_visible()


def coach_logs_a_session(page: Page) -> None:
    page.goto("/cities/tulsa-us/coaching/new/")
    page.get_by_label("Topic").fill("The vision, first reading")
    page.get_by_label("Date", exact=True).fill(timezone.localdate().isoformat())
    page.get_by_label("Time", exact=True).fill("00:05")
    notes = {"Shared note": "We read the vision together.", "Private note": "The lead is alone with it."}
    for label, text in notes.items():
        note = page.get_by_role("textbox", name=re.compile(label))
        note.click()
        page.keyboard.type(text)
    page.get_by_role("button", name="Log the session").click()
    expect(page.get_by_text("The lead is alone with it.").first).to_be_visible()


def lead_reads_what_is_shared(page: Page) -> None:
    page.goto("/cities/tulsa-us/coaching/")
    page.get_by_role("link", name="The vision, first reading").first.click()
    expect(page.get_by_text("We read the vision together.").first).to_be_visible()
    assert "alone with it" not in page.content()


def lead_asks_the_mayor(page: Page) -> None:
    page.goto("/cities/tulsa-us/decisions/new/")
    page.get_by_label("Question", exact=True).fill("Who chairs the data committee?")
    page.get_by_label("Context").fill("The charter waits for a chair.")
    page.get_by_label("Option 1").fill("The chief of staff")
    page.get_by_label("Option 2").fill("The city manager")
    page.get_by_label("Decision needed by").fill((timezone.localdate() + timedelta(days=9)).isoformat())
    page.get_by_role("button", name=re.compile("Send the question to ")).click()
    expect(page.get_by_text("Who chairs the data committee?").first).to_be_visible()


def mayor_decides(page: Page) -> None:
    page.goto("/")
    page.wait_for_url("**/cities/tulsa-us/mayor/")
    expect(page.get_by_text("Who chairs the data committee?")).to_be_visible()
    page.get_by_role("link", name="Read the options and decide").click()
    page.get_by_label("The city manager").check()
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_text(re.compile("Decision recorded: .The city manager"))).to_be_visible()
    with rls.every_city():
        decision = City.objects.get(slug="tulsa-us").decision_set.get()
    assert (decision.chosen, decision.decided_as, decision.decided_by.name) == (
        "The city manager",
        Role.MAYOR,
        "Loretta Haskins",
    )


def pdf_is_made(page: Page) -> None:
    page.goto("/cities/tulsa-us/")
    page.get_by_role("button", name=re.compile("PDF")).click()
    page.wait_for_url("**/exports/*/")
    link = page.get_by_role("link", name="Download the PDF")
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-1.7")


def reminder_goes_out(city: City, folder: Path) -> None:
    """The clock finds a section that is due in two days, at nine in the morning there."""
    with rls.every_city():
        section = city.section_set.get(key="why-now")
        morning = datetime.combine(city.today(), datetime.min.time(), tzinfo=city.zone)
        while morning.weekday() > 3:
            morning -= timedelta(days=1)
        city.section_set.filter(pk=section.pk).update(due_on=morning.date() + timedelta(days=2))
        User.objects.filter(email="denise@tulsa.example").update(joined_at=morning - timedelta(days=30))
        city.membership_set.update(created_at=morning - timedelta(days=30))
        city.enrollment_set.get().cohort.__class__.objects.update(live_at=morning - timedelta(days=30))
    sent = tick(now=morning + timedelta(hours=9))
    with rls.every_city():
        ledger = [(str(due), due.state, due.reason) for due in Due.objects.all()]
    assert (sent, [state for _, state, _ in ledger]) == (1, [Due.State.SENT]), ledger
    text = mail_to(folder, "denise@tulsa.example", "Why now").string
    assert f"{settings.BASE_URL}{reverse('strategy:section', args=['tulsa-us', 'why-now'])}" in text


def nobody_sees_another_citys_rows(page_as) -> None:
    with rls.every_city():
        other = make_city(make_cohort("Another", "another"), QUITO, "en")
        stranger = cities.add_member(
            city=other, email="ana@quito.example", name="Ana", role=Role.CITY_LEAD, by=None
        ).user
    page = page_as(stranger)
    for path in ("", "strategy/", "strategy/vision/", "coaching/", "mayor/", "exports/1/file/"):
        assert page.goto(f"/cities/tulsa-us/{path}").status == 404
