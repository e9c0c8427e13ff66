"""Every form on every page, with one field changed at a time: it is saved, and the page then shows the new value."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from django.db import transaction

from tests.guards.test_doubles import WHO, Form, Forms, errors_of, forms_of, send, typed
from tests.guards.test_matrix import Undo
from tests.guards.world import fill

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


# Fields that can't change alone, and why; each is tested in its package.
TOGETHER = {
    "cities:member role": "the only city lead",
    "strategy:template-section-add key": "no blank in a key",
    "strategy:template-section-add words_min": "above the maximum",
    "strategy:template-section-add role": "another section is of its kind",
    "strategy:template-section role": "another section is of its kind",
    "strategy:opinion ready": "“not yet” needs a reason",
    "strategy:thread-open replacement": "a passage to replace",
    "strategy:thread-open remove": "a passage to remove",
    "strategy:objective-action-add baseline_unknown": "beside a baseline",
    "strategy:objective-measure-add baseline_unknown": "beside a baseline",
    "strategy:measure-edit baseline_unknown": "beside a baseline",
    "strategy:action-edit depends_on": "a circle",
    "strategy:approver-new office": "no one holds it",
    "strategy:approver may_delegate": "an office that has no delegate",
    "dashboards:cohort-city-await on": "in the future",
    "dashboards:cohort-city-pause on": "in the future",
    "dashboards:cohort-city-withdraw on": "in the future",
    "dashboards:cohort-city-complete on": "in the future",
    "strategy:status rag": "not green needs a reason",
    "convenings:convening-new starts_on": "after the last day",
    "convenings:convening-edit starts_on": "after the last day",
    "strategy:template-section parts-0": "a new part begins with its English title",
}
# Whole forms (tests/guards/test_doubles.py has the reasons).
FORMS = {
    "cities:office-confirm",
    "dashboards:roster",
    "strategy:peers-show",
    "strategy:verify",
    "strategy:verify-code",
    "coaching:note-private-share",
}
# Fields that are saved in a second step, or moved up to an empty one.
SHOWN_ELSEWHERE = {
    "cities:decision-edit option_4",
    "cities:decision-edit option_5",
    "dashboards:cohort-edit kickoff",
    "dashboards:cohort-edit weeks",
    "dashboards:directory-person email",
    "strategy:template-section parts-0",
}


def changed(form: Form, data: dict[str, object], name: str) -> object:
    """Another value that a person could enter in this field; None if there is none."""
    kind, first = form.kinds[name], (as_list(data.get(name)) or [""])[0]
    others = [option for option in form.options.get(name, []) if option not in (first, "")]
    if kind in ("select", "radio"):
        return others[0] if others else None
    if kind == "checkbox":
        present, options = as_list(data.get(name)), form.options[name]
        return [option for option in options if option not in present][:1] if len(present) < len(options) else []
    if kind == "date":
        return (date.fromisoformat(first) + timedelta(days=7)).isoformat() if first else None
    if kind == "time":
        return "11:30"
    if kind == "number":
        return str(int(first) + 1) if first.isdigit() else "7"
    if kind == "email":
        return f"new.{first}" if first else "new@somewhere.test"
    if kind == "url":
        return "https://example.org/new"
    return f"{first} and more".strip() if kind in ("text", "textarea") else None


def variants(form: Form, data: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    for name in filter(None, form.kinds):
        value = changed(form, data, name)
        if value is not None:
            yield name, {**data, name: value}


def shown(browser, form: Form, url: str) -> Form | None:
    """The same form on its page now, if it is still there."""
    answer = browser.get(form.page)
    found = Forms(answer.text).forms if answer.status_code == 200 else []
    return next((other for other in found if urljoin(form.page, other.action) == url), None)


def bases(form: Form, city, name: str) -> Iterator[dict[str, object]]:
    """The form as its page shows it, then with its empty fields filled in, in case it needs them."""
    data: dict[str, object] = {key: list(values) for key, values in form.values.items()}
    yield data | form.chosen
    yield typed(form, city, name) | form.chosen
    yield typed(form, city, name)


def post(browser, form: Form, url: str, data: dict[str, object]):
    """The answer to a form, and the form on its page afterwards; nothing of it stays."""
    cookies = copy.deepcopy(browser.cookies)
    try:
        with transaction.atomic():
            answer, _messages = send(browser, url, data)
            after = shown(browser, form, url) if answer.status_code == 302 and "seen" in form.values else None
            raise Undo
    except Undo:
        browser.cookies = cookies
    return answer, after


def test_every_field_of_every_form_is_saved_by_itself(cast, as_, settings, demo, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    browsers = {who: as_(getattr(cast, who)) for who in WHO}
    for browser in browsers.values():
        browser.raise_request_exception = False
    forms, broken, refused, lost = list(forms_of(cast, browsers)), [], {}, set()
    for name, who, url, form in forms:
        browser, data = browsers[who], None
        for base in bases(form, cast.tulsa, name):
            answer, _after = post(browser, form, url, base)
            if answer.status_code == 302:
                data = base
                break
        if data is None:
            refused[name] = f"{who} {answer.status_code} {errors_of(answer)}"
            continue
        for field, sent in variants(form, data):
            answer, after = post(browser, form, url, sent)
            # Without the row's number in a table; the fields of a new part of a template are one.
            label = f"{name} {re.sub(r'^[0-9]+-|(?<=^parts-0)-.*', '', field)}"
            if answer.status_code >= 500:
                broken.append(f"{label}: {answer.status_code}")
            elif answer.status_code != 302:
                refused[label] = f"{who} {answer.status_code} {errors_of(answer)}"
            elif after and field in after.kinds and present(after, field) != as_list(sent[field]):
                lost.add(label)
    assert broken == []
    assert refused.keys() == TOGETHER.keys() | FORMS, refused
    assert lost == SHOWN_ELSEWHERE


def present(form: Form, name: str) -> list[str]:
    return as_list((form.values | form.chosen).get(name))


def as_list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]
