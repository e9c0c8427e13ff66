"""Every form on every page, submitted twice as by a double click: it creates once, and never ends on an error page."""

from __future__ import annotations

import copy
import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve, reverse
from PIL import Image

from accelerator import rls
from accelerator.models import SentForm
from tests.guards.test_house import house_models
from tests.guards.test_matrix import Undo, guarded, url_of
from tests.guards.world import fill

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WHO = ["lead", "mayor", "coach", "admin"]
PLAN = b"Objective,Action\nOpen data,Portal\n"
# What a form of this address needs beside what its page fills in and `typed` guesses.
NEEDED: dict[str, dict[str, object]] = {
    "cities:decision-new": {"option_1": "Yes", "option_2": "No", "option_3": "", "option_4": "", "option_5": ""},
    "cities:decision-edit": {"option_1": "Yes", "option_2": "No", "option_3": "", "option_4": "", "option_5": ""},
    "strategy:template-section-add": {"key": "a-new-section"},
    "strategy:reviewer-invite": {"sections": ["vision"]},
    "strategy:uploads": {"file": SimpleUploadedFile("strategy.html", b"<h1>Vision</h1><p>Open data.</p>", "text/html")},
    "dashboards:roster": {"file": SimpleUploadedFile("roster.csv", b"city,country\nTulsa,US\n", "text/csv")},
    "strategy:plan-import": {
        "file": SimpleUploadedFile("plan.csv", b"Objective,Action\nOpen data,Portal\n", "text/csv")
    },
    "cities:team-invite": {"person0-name": "New", "person0-email": "new@tulsa.test"},
    "dashboards:cohort-new": {"kickoff": "2029-01-01"},
    "strategy:status": {"value": "1"},
    "strategy:status-answer": {"value": "1"},
}

# Forms that the guess can't fill in successfully; each is tested in its package.
REFUSED = {
    "cities:member",  # the only city lead
    "cities:office-confirm",  # no one confirms their own office
    "strategy:template-section",  # another section is of its kind
    "strategy:template-section-add",
    "strategy:peers-show",  # the city does not take part
    "strategy:verify",  # a search
    "strategy:verify-code",
    "coaching:note-private-share",  # no paragraph is chosen
    "strategy:thread-open",  # a comment of the desk: below
    "dashboards:roster",  # every row of the file is judged on a page of its own
}


@dataclass
class Form:
    """A form as a browser sends it: the first button's name, what is filled in, what is empty."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)  # in selects and radios, as shown
    page: str = ""

    def put(self, name: str, kind: str, value: str | None) -> None:
        self.kinds.setdefault(name, kind)
        if value is not None:
            self.values.setdefault(name, []).append(value)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = self.area = ""
        self.multiple = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(at.get("action", ""), at.get("method", "get").lower())
            self.forms.append(self.open)
        if self.open is None:
            return
        name, kind = at.get("name", ""), at.get("type", "text")
        kind = "number" if at.get("inputmode") == "decimal" else kind  # a figure, as each language writes it
        if tag == "input" and name:
            default = "on" if kind in ("checkbox", "radio") else ""
            chosen = not default or "checked" in at
            self.open.put(name, kind, at.get("value", default) if chosen and kind != "file" else None)
            if default:
                self.open.options.setdefault(name, []).append(at.get("value", default))
            if kind == "radio":
                if "checked" in at:
                    self.open.chosen[name] = [at["value"]]
                self.open.values.setdefault(name, [at["value"]])
        elif tag == "select":
            self.select, self.multiple = name, "multiple" in at
            self.open.put(name, "select", None)
        elif tag == "option" and self.select:
            options = self.open.options.setdefault(self.select, [])
            if "selected" in at or (not options and not self.multiple):
                self.open.chosen[self.select] = [at.get("value", "")]
            options.append(at.get("value", ""))
            is_first = self.select not in self.open.values or self.open.values[self.select] == [""]
            if "selected" in at or (is_first and at.get("value")):
                self.open.values[self.select] = [at.get("value", "")]
        elif tag == "textarea":
            self.area = name
            self.open.put(name, "textarea", "")
        elif tag == "button" and name and "_button" not in self.open.kinds:
            self.open.kinds["_button"] = "button"

    def handle_data(self, data):
        if self.area and self.open:
            self.open.values[self.area][-1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            if self.open:
                self.open.values[self.area][-1] = html.unescape(self.open.values[self.area][-1]).removeprefix("\n")
            self.area = ""


def typed(form: Form, city, name: str) -> dict[str, object]:
    """What is sent: empty fields are filled in, so that the form is taken."""
    data: dict[str, object] = {key: list(values) for key, values in form.values.items()}
    day = city.today() + timedelta(days=8)
    for key, kind in form.kinds.items():
        if kind == "file":
            data[key] = picture()
        elif kind == "date" and data.get(key) == [""]:
            data[key] = day.isoformat()
        elif kind == "time" and data.get(key) == [""]:
            data[key] = "10:00"
        elif kind == "number" and data.get(key) == [""]:
            data[key] = "6"
        elif kind == "email" and data.get(key) == [""]:
            data[key] = "someone@new.test"
        elif kind in ("text", "textarea") and data.get(key) == [""]:
            data[key] = "Some words"
    return data | NEEDED.get(name, {})


def picture() -> SimpleUploadedFile:
    target = BytesIO()
    Image.new("RGB", (3, 2)).save(target, "PNG")
    return SimpleUploadedFile("picture.png", target.getvalue(), "image/png")


def forms_of(cast, browsers) -> Iterator[tuple[str, str, str, Form]]:
    """One form for each address that some page posts to: the address's name, who, the URL, the form."""
    seen = set()
    for address in guarded():
        page = url_of(address, cast.tulsa, cast.cohort)
        for who, browser in browsers.items():
            answer = browser.get(page)
            if answer.streaming:
                b"".join(answer.streaming_content)  # read to its end, so that its file is closed
                continue
            if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
                continue
            for form in Forms(answer.text).forms:
                url = urljoin(page, form.action)
                name = resolve(urlsplit(url).path).view_name
                if form.method == "post" and name not in seen:
                    seen.add(name)
                    form.page = page
                    yield name, who, url, form


def counts() -> Counter[str]:
    with rls.every_city():
        tables = [model for model in house_models() if model is not SentForm]
        return Counter({model._meta.label: model._default_manager.count() for model in tables})


def send(browser, url, data, **headers):
    for value in data.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    answer = browser.post(url, data, headers=headers)
    messages = [str(message) for message in get_messages(answer.wsgi_request)._queued_messages]
    return answer, messages


def test_every_form_sent_twice_creates_once_and_leads_to_the_same_place(cast, as_, settings, demo, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    browsers = {who: as_(getattr(cast, who)) for who in WHO}
    for browser in browsers.values():
        browser.raise_request_exception = False
    wrong, refused = [], {}
    for name, who, url, form in list(forms_of(cast, browsers)):
        browser, data = browsers[who], typed(form, cast.tulsa, name)
        cookies = copy.deepcopy(browser.cookies)
        try:
            with transaction.atomic():
                before = counts()
                first, first_messages = send(browser, url, data)
                once = counts()
                second, second_messages = send(browser, url, data)
                twice = counts()
                raise Undo
        except Undo:
            browser.cookies = cookies
        if first.status_code != 302:
            refused[name] = f"{who} {first.status_code} {errors_of(first)}"
            continue
        made = {table: once[table] - before[table] for table in once if once[table] > before[table]}
        more = {table: twice[table] - once[table] for table in twice if twice[table] > once[table]}
        if "form_key" in data:
            same = (first.get("Location"), first_messages) == (second.get("Location"), second_messages)
            if more or not same:
                wrong.append(f"{name}: again {more} {second.status_code} {first_messages} {second_messages}")
        elif second.status_code != 302 or set(more) - {"accelerator.AuditEvent"}:
            wrong.append(f"{name}: no key, made {made}, again {more} {second.status_code}")
    assert wrong == []
    assert refused.keys() == REFUSED, refused


def errors_of(answer) -> str:
    found = re.findall(r'class="error-summary".*?</ul>|class="field__error".*?</li>', answer.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join(found)).split())[:200]


def test_a_comment_that_is_sent_twice_is_one_conversation(cast, as_):
    fill(cast)
    url = reverse("strategy:thread-open", args=[cast.tulsa.slug, "vision"])
    data = {"body": "Name the owner of the portal.", "form_key": "a key of this page"}
    browser, before = as_(cast.coach), counts()
    first, again = browser.post(url, data), browser.post(url, data)
    assert (first.status_code, first.get("Location")) == (again.status_code, again.get("Location"))
    assert counts()["strategy.Thread"] == before["strategy.Thread"] + 1
