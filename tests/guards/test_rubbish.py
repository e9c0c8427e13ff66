"""No page breaks on an empty form or on rubbish: in a form, in the address's question, in a number of the path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from cities.access import allowed
from tests.cast import ROLES
from tests.guards.test_house import HOUSE
from tests.guards.test_matrix import Undo, guarded
from tests.guards.world import SECTION, fill, kwargs_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Numbers that are none, too large, or digits in another script; a date that is none; a NUL; markup; much.
RUBBISH = ["-1", "9" * 30, "²", "٣", "1e9", "NaN", "2026-02-31", "nul\0", "<script>", "[]", "{}", "x" * 2000]
# How views and forms name what they read.
_READ = re.compile(r'(?:POST|GET|data|sent|post|FILES)(?:\.get|\.getlist)?[\(\[]"([\w-]+)"|word_in\(\w+, "([\w-]+)"')
_FIELD = re.compile(r"^    (\w+) = (?:forms\.)?\w+Field\(", re.MULTILINE)
_META = re.compile(r"^        fields = [\[(]([^\])]+)[\])]", re.MULTILINE)


def names() -> set[str]:
    """The name of every value that a view or a form reads."""
    found: set[str] = set()
    for app in HOUSE:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if path.parent.name != "migrations":
                found |= {name for match in _READ.findall(text) for name in match if name}
                found |= set(_FIELD.findall(text))
                found |= {name for listed in _META.findall(text) for name in re.findall(r'"(\w+)"', listed)}
    return found


def status_of(browser, method: str, url: str, data: dict[str, object]) -> int:
    """What a request answers; all it wrote is taken back."""
    browser.raise_request_exception = False
    try:
        with transaction.atomic():
            answer = getattr(browser, method)(url, data)
            if answer.streaming:
                b"".join(answer.streaming_content)
            raise Undo
    except Undo:
        return int(answer.status_code)


def doors(cast) -> Iterator[tuple[object, str]]:
    """Every address with the first person who may open it."""
    for address in guarded():
        access = address.view.access
        staff = ["admin", "coach"] if access.kind == "staff" else ["lead", "mayor", "coach", "admin"]
        yield (
            address,
            next(who for who in staff if not access.permission or access.permission in allowed({ROLES[who]})),
        )


def test_nothing_breaks_on_an_empty_form_or_on_rubbish(cast, as_, settings, demo, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    browsers = {who: as_(getattr(cast, who)) for who in ("lead", "mayor", "coach", "admin")}
    every = sorted(names())
    assert len(every) > 100
    broken = []
    for address, who in doors(cast):
        if address.name == "cities:sign-out":
            continue
        url = reverse(address.name, kwargs=kwargs_for(address.name, address.route, cast.tulsa, cast.cohort))
        sent: list[dict[str, object]] = [{}, {"section": SECTION}]
        sent += [dict.fromkeys(every, value) for value in RUBBISH]
        sent += [dict.fromkeys(every, value) | {"section": SECTION, "kind": "", "stamp": 1} for value in RUBBISH]
        files = [every[start : start + 90] for start in range(0, len(every), 90)]  # Django takes 100 a request
        for method in ("post", "get"):
            if status_of(browsers[who], method, url, {}) == 405:
                continue
            for data in sent:
                if status_of(browsers[who], method, url, data) >= 500:
                    broken.append(f"{address.name} {method} {who}: {str(data)[:60]!r}")
            for part in files if method == "post" else []:
                data = {name: SimpleUploadedFile("rubbish.pdf", b"\x00rubbish") for name in part}
                if status_of(browsers[who], method, url, data) >= 500:
                    broken.append(f"{address.name} files {who}: {part}")
    assert not broken, "\n".join(broken)


def test_a_number_beyond_the_databases_is_not_found(cast, as_, settings, demo, tmp_path):
    """A path's number may have any length."""
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    broken = []
    for address, who in doors(cast):
        browser = as_(getattr(cast, who))
        for part in re.findall(r"<int:(\w+)>", address.route):
            kwargs = kwargs_for(address.name, address.route, cast.tulsa, cast.cohort)
            for number in (0, 10**9, 10**12, 10**30):
                url = reverse(address.name, kwargs=kwargs | {part: number})
                statuses = [status_of(browser, method, url, {}) for method in ("get", "post")]
                if max(statuses) >= 500 or (number and 200 in statuses):
                    broken.append(f"{address.name} {who} {part}={number}: {statuses}")
    assert not broken, "\n".join(broken)
