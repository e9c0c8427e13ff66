"""Every page and every email in Spanish and Portuguese: no text of the interface is left in English."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import timezone, translation

from accelerator import accounts, mail, rls, stepup
from accelerator.models import Email, User
from accelerator.texts import saving
from cities.actions import tell_coach
from cities.invitations import actions as invitations
from cities.invitations.address import confirm, request_change
from cities.models import CoachAssignment, FunderGrant, Membership, StaffRole
from reminders import digest
from reminders.rules.registry import RULES
from reminders.rules.rule import Window
from strategy.models import ApproverChange, VersionPart
from strategy.review import conversations
from strategy.signoff import approvers
from strategy.signoff import letters as signoff_letters
from tests.cast import ROLES
from tests.guards.test_matrix import ask, guarded, url_of, wanted_for
from tests.guards.world import fill
from tests.mails import emails

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LANGUAGES = {"es": "es", "pt-br": "pt_BR"}
# Its examples of text are English, as the program's other words for developers.
NOT_TRANSLATED = {"dashboards:styleguide", "dashboards:styleguide-archetype"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SHOWN_ATTRIBUTES = {"aria-label", "title", "alt", "placeholder", "data-label"}


class Texts(HTMLParser):
    """The texts that a reader of the page's language sees or hears; what has a `lang` of its own is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.hidden: list[str] = []  # open elements whose content isn't read

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if self.hidden or tag in ("script", "style") or (tag != "html" and "lang" in values):
            if tag not in VOID:
                self.hidden.append(tag)
            return
        self.found.update(value for name, value in attrs if name in SHOWN_ATTRIBUTES and value)

    def handle_endtag(self, tag):
        if self.hidden and tag not in VOID:
            self.hidden.pop()

    def handle_data(self, data):
        if not self.hidden:
            self.found.add(data)


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_distinctive(text: str) -> bool:
    words = PLACEHOLDER.sub(" ", re.sub(r"<[^>]+>", " ", text))
    return len(words) >= 8 and len(re.findall(r"[A-Za-z]{2,}", words)) >= 2


@cache
def english(language: str) -> tuple[set[str], re.Pattern[str]]:
    """The texts whose translation differs: as they are, and a pattern of those with placeholders."""
    path = Path(settings.BASE_DIR) / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "django.po"
    whole, patterns = set(), []
    for entry in polib.pofile(str(path)):
        translations = {entry.msgstr, *entry.msgstr_plural.values()}
        for text in filter(is_distinctive, {entry.msgid, entry.msgid_plural} - translations):
            if PLACEHOLDER.search(text):
                patterns.append(".+".join(re.escape(part) for part in PLACEHOLDER.split(plain(text))))
            else:
                whole.add(plain(text))
    return whole, re.compile("|".join(patterns))


@cache
def is_english(text: str, language: str) -> bool:
    whole, pattern = english(language)
    return text in whole or pattern.fullmatch(text) is not None


def left_in_english(texts, language):
    return sorted(text for text in set(map(plain, texts)) if is_english(text, language))


def texts_of(html: str) -> set[str]:
    parser = Texts()
    parser.feed(html)
    return parser.found


@pytest.fixture(params=LANGUAGES)
def language(request, cast):
    """The cities and all their people use it; what they wrote in it is in the guards' world."""
    with rls.every_city():
        for city in (cast.tulsa, cast.rosario, cast.quito):
            city.language = request.param
            city.save()
        Membership.objects.update(title="")  # stored in English
    User.objects.update(language=request.param)
    fill(cast)
    User.objects.update(language=request.param)  # those that the guards' world has added
    return request.param


def test_no_page_shows_a_text_of_the_interface_in_english(cast, as_, settings, demo, tmp_path, language):
    settings.MEDIA_ROOT = str(tmp_path)
    places = [(address, url_of(address, cast.tulsa, cast.cohort)) for address in guarded()]
    found: dict[str, set[str]] = {}
    hyphens: set[str] = set()  # pages with Django's own label of an empty choice
    no_pages, read = set(NOT_TRANSLATED), 0
    for who, role in ROLES.items():
        browser = as_(User.objects.get(pk=getattr(cast, who).pk))
        for address, url in places:
            if address.name in no_pages or wanted_for(address.view.access, frozenset({role}), "own") != "open":
                continue
            status, body = ask(browser, url, "get")
            if status == 405:
                no_pages.add(address.name)
            elif status == 200 and f'lang="{language}"' in body[:300]:
                read += 1
                if "---------" in body:
                    hyphens.add(address.name)
                for text in left_in_english(texts_of(body), language):
                    found.setdefault(text, set()).add(address.name)
    assert read > 200
    assert not hyphens, "a select field needs a label for its empty choice (accelerator/web.py: RowForm)"
    assert not found, "\n".join(f"{text!r}: {', '.join(sorted(names))}" for text, names in sorted(found.items()))


def daily_emails(cast, now):
    """One email to each person with a reminder of every rule, whether or not it is due today."""
    reminders: dict[User, list] = {}
    thread = conversations.open_thread(section=cast.tulsa.section_set.get(key="risks"), body="–", by=cast.coach)
    cast.tulsa.mention_set.create(comment=thread.comments.get(), person=cast.member)
    signed = VersionPart.objects.filter(city=cast.tulsa, version__state="signed", revision__isnull=False).first()
    section = cast.tulsa.section_set.get(key=signed.key)
    saving.save(section, html="<p>–</p>", base=section.revision, by=cast.lead)
    version = cast.tulsa.strategyversion_set.first()
    cast.tulsa.step_set.create(version=version, position=2, office="other", title="–", asked_at=now)  # no one holds it
    for rule in RULES.values():
        objects = frozenset(rule.query().filter(city=cast.tulsa).values_list("pk", flat=True))
        for reminder in rule.reminders(Window(now, now, objects)):
            reminders.setdefault(reminder.person, []).append(reminder)
    assert {reminder.rule.name for rows in reminders.values() for reminder in rows} == set(RULES)
    return [
        mail.render("digest", digest.context(person, rows, now), person.language) for person, rows in reminders.items()
    ]


def sign_off_emails(cast, person):
    version, signature = cast.tulsa.strategyversion_set.first(), cast.tulsa.signature_set.first()
    signoff_letters.ask_to_sign(version, approvers.find_signers(version.steps.all())[0])
    signoff_letters.send_receipt(signature, to=person, following=None)
    paper = cast.tulsa.signedpaper_set.first()
    signoff_letters.tell_paper(paper, by=cast.lead)
    paper.reason = "–"
    signoff_letters.tell_declined(paper)
    for kind in ApproverChange.Kind:
        approvers.record_change(cast.tulsa.approver_set.first(), kind, by=cast.lead)


def test_no_email_has_a_text_of_the_interface_in_english(cast, language, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    person, now = User.objects.get(pk=cast.lead.pk), timezone.now()
    with rls.every_city(), translation.override(language):
        letters = daily_emails(cast, now)
        for part in (cast.tulsa.membership_set.first(), StaffRole.objects.first(), FunderGrant.objects.first()):
            invitations.invite(part, by=cast.admin)
        tell_coach(CoachAssignment.objects.select_related("user", "city", "enrollment__cohort")[0], by=cast.admin)
        for by in (person, cast.admin):
            request_change(person, email="new@tulsa.gov", by=by)
        confirm(person, old=person.email, new="new@tulsa.gov", request=str(person.address_request.pk))
        stepup.send(person=person, purpose="test", sentence="–")
        sign_off_emails(cast, person)
        accounts.send_at_sign_in(person.email, "sign_in_code", code="123456", minutes=15)
        accounts.send_at_sign_in(person.email, "no_access")
    letters += emails()
    assert {letter.kind for letter in emails()} == set(Email.Kind)  # fill() has stored a daily one
    found = set()
    for letter in letters:
        lines = [line.strip(" -") for line in letter.text.splitlines()]
        found.update(left_in_english([letter.subject, *lines, *texts_of(letter.html)], language))
    assert found == set()
