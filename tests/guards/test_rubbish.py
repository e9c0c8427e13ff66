"""No page breaks on an empty form or on garbage: in a form, in the query string, in a number in the path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.urls import reverse

from accelerator import form_keys
from cities.access import allowed
from tests.cast import ROLES
from tests.guards.test_house import HOUSE
from tests.guards.test_matrix import Undo, guarded
from tests.guards.world import SECTION, fill, kwargs_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Numbers that are none, too large, or digits in another script; a date that is none; a NUL; markup; much.
RUBBISH = ["-1", "9" * 30, "²", "٣", "1e9", "NaN", "2026-02-31", "nul\0", "<script>", "[]", "{}", "x" * 2000]
# Valid values, after which a view may read on.
SOUND = {"section": SECTION, "stamp": 1}
SHARES = 4
# How views and forms name what they read.
_READ = re.compile(r'(?:POST|GET|data|sent|post|FILES)(?:\.get|\.getlist)?[\(\[]"([\w-]+)"|text_in\(\w+, "([\w-]+)"')
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


class Values(Mapping):
    """The values that came with a request, as the view sees them; `read` gathers the names that it asks for."""

    read: set[str] = set()

    def __init__(self, values: Mapping) -> None:
        self.values_sent = values

    def __getitem__(self, name: str) -> object:
        self.read.add(name)
        return self.values_sent[name]

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return name in self.values_sent

    def __bool__(self) -> bool:
        self.read.add("any")
        return bool(self.values_sent)

    def __iter__(self) -> Iterator[str]:
        self.read.add("all")
        return iter(self.values_sent)

    def __len__(self) -> int:
        return len(list(self))

    def __getattr__(self, name: str) -> object:
        method = getattr(self.values_sent, name)
        if name != "getlist":
            self.read.add("all")
            return method
        return lambda key, *default: (self.read.add(key), method(key, *default))[1]


class Watched(WSGIRequest):
    """A request that tells what a view reads of it."""

    def __getattribute__(self, name: str) -> object:
        value = super().__getattribute__(name)
        if name in {"body", "build_absolute_uri"}:
            Values.read.add("all")
        if name == "get_full_path":
            Values.read.add("address")
        if name == "FILES":
            Values.read.add("files")
        return Values(value) if name in {"GET", "POST", "FILES"} else value


def status_of(browser, method: str, url: str, data: dict[str, object]) -> int:
    """What a request answers; all it wrote is taken back."""
    browser.raise_request_exception = browser.reads_pages = False
    try:
        with transaction.atomic():
            answer = getattr(browser, method)(url, data)
            if answer.streaming:
                b"".join(answer.streaming_content)
            raise Undo
    except Undo:
        return int(answer.status_code)


def openers(cast) -> Iterator[tuple[object, str]]:
    """Every address with the first person who may open it."""
    for address in guarded():
        access = address.view.access
        staff = ["admin", "coach"] if access.kind == "staff" else ["lead", "mayor", "coach", "admin"]
        yield (
            address,
            next(who for who in staff if not access.permission or access.permission in allowed({ROLES[who]})),
        )


# Asked for on every request: by the decorators, and by the language menu, which only returns the address.
EVERYWHERE = {form_keys.NAME, "address"}
_NO_NAMES = {"any", "all", "files", "address"}  # what `Values.read` holds besides names


def tried(send: Callable[[dict[str, object]], int], every: list[str]) -> Iterator[tuple[dict[str, object], int]]:
    """What was sent and what it answered; what a view does not read is not sent: it would answer alike."""
    Values.read.clear()
    status = send({})
    yield {}, status
    if status == 405 or not Values.read - EVERYWHERE:
        return
    sound = dict.fromkeys(every, "1") | SOUND
    yield sound, send(sound)  # a sound value leads to what is read after it
    asked = Values.read - _NO_NAMES - EVERYWHERE
    names = every if "all" in Values.read else sorted(asked)
    sent: list[dict[str, object]] = [dict.fromkeys(names, value) for value in RUBBISH]
    if "files" in Values.read:
        sent += [{name: SimpleUploadedFile("rubbish.pdf", b"\x00rubbish") for name in names}]
    # A view that copies all values before it reads one may read any of them; a form names its fields.
    if known := SOUND.keys() & (asked or names):
        sent += [{"section": SECTION}, *(data | {name: SOUND[name] for name in known} for data in sent)]
    yield from ((data, send(data)) for data in sent)


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_breaks_on_an_empty_form_or_on_rubbish(cast, as_, settings, demo, tmp_path, monkeypatch, share):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr("django.test.client.WSGIRequest", Watched)
    fill(cast)
    browsers = {who: as_(getattr(cast, who)) for who in ("lead", "mayor", "coach", "admin")}
    every = sorted(names() - {form_keys.NAME})  # what is sent without a key reaches the view as it is
    assert len(every) > 100
    broken, count = [], 0
    for address, who in list(openers(cast))[share::SHARES]:
        if address.name == "cities:sign-out":
            continue
        url = reverse(address.name, kwargs=kwargs_for(address.name, address.route, cast.tulsa, cast.cohort))
        for method in ("post", "get"):
            for data, status in tried(partial(status_of, browsers[who], method, url), every):
                count += 1
                if status >= 500:
                    broken.append(f"{address.name} {method} {who}: {str(data)[:60]!r}")
    assert not broken, "\n".join(broken)
    assert count > 500


def test_what_a_view_reads_is_seen(rf, monkeypatch):
    monkeypatch.setattr(Values, "read", set())
    request = Watched(rf.post("/", {"a": "1"}, query_params={"b": "2"}).environ)
    assert (request.path, Values.read) == ("/", set())
    assert (request.POST["a"], request.GET.get("b"), request.POST.getlist("c"), "d" in request.GET) == (
        "1",
        "2",
        [],
        False,
    )
    assert Values.read == {"a", "b", "c", "d"}
    assert request.POST
    assert request.FILES.get("e") is None
    assert Values.read == {"a", "b", "c", "d", "any", "e", "files"}
    assert dict(request.GET.items()) == {"b": "2"}
    assert request.get_full_path() == "/?b=2"
    assert "address" in Values.read
    assert request.build_absolute_uri()
    assert "all" in Values.read


def test_a_number_beyond_the_databases_is_not_found(cast, as_, settings, demo, tmp_path):
    """A path's number may have any length."""
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    broken = []
    for address, who in openers(cast):
        browser = as_(getattr(cast, who))
        for part in re.findall(r"<int:(\w+)>", address.route):
            kwargs = kwargs_for(address.name, address.route, cast.tulsa, cast.cohort)
            for number in (0, 10**9, 10**12, 10**30):
                url = reverse(address.name, kwargs=kwargs | {part: number})
                statuses = [status_of(browser, method, url, {}) for method in ("get", "post")]
                if max(statuses) >= 500 or (number and 200 in statuses):
                    broken.append(f"{address.name} {who} {part}={number}: {statuses}")
    assert not broken, "\n".join(broken)
