"""A real browser: Debian's Chromium from the PATH, driven by Playwright against a live server."""

import os
import re
import shutil
import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.signals import request_finished, request_started
from playwright.sync_api import Page, expect, sync_playwright

# Playwright's own loop runs in this thread; Django would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 15_000  # milliseconds; a slow machine, not a slow page


def pytest_collection_modifyitems(items):
    """Every test in this folder drives a browser; without one, they are skipped with that reason."""
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(
                    pytest.mark.skip(reason="browser tests need Chromium on the PATH (apt install chromium)")
                )


class Serving:
    """The live server's threads that are answering now: emptying the tables under one is a deadlock."""

    def __init__(self):
        self.threads, self.changed = set(), threading.Condition()
        request_started.connect(self.begin)
        request_finished.connect(self.end)

    def begin(self, **_):
        if threading.current_thread() is not threading.main_thread():
            with self.changed:
                self.threads.add(threading.get_ident())

    def end(self, **_):
        with self.changed:
            self.threads.discard(threading.get_ident())
            self.changed.notify_all()

    def wait(self):
        with self.changed:
            assert self.changed.wait_for(lambda: not self.threads, timeout=PATIENCE / 1000), "a request hangs"


serving = Serving()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


def sign_in(context, person, live_server):
    """Give a browser the session of a signed-in person; returns its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}
    context.add_cookies([cookie])
    return session.session_key


@pytest.fixture
def page_as(chromium, live_server) -> Callable[..., Page]:
    """`page_as(person, width=1280)`: a page in its own browser, signed in as that person (None: no one).

    After the test, no page may have raised an exception or violated the content security policy.
    """
    contexts, problems = [], []

    def watch(message):
        if re.search("Content.Security.Policy|Refused to", message.text):
            problems.append(message.text)

    def open_page(person=None, *, width=1280, **options):
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, locale="en-US", **options
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if person is not None:
            sign_in(context, person, live_server)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", watch)
        return page

    yield open_page
    for context in contexts:
        context.close()
    serving.wait()
    assert problems == []
