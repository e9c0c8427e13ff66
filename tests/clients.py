"""A test client that leaves no scope behind, and the shared count of queries and rows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accelerator import rls
from accelerator.sessions import BEGAN, SEEN
from tests.html import squeezed


class ScopedClient(Client):
    """Django's client, plus: a request begins without a scope and leaves none; pages come without white space that
    no browser shows.
    """

    reads_pages = True  # a walk over every page sets it to False: it asks for the status only

    def force_login(self, user, backend=None):
        super().force_login(user, backend)
        session = self.session
        session[BEGAN] = session[SEEN] = int(time.time())  # as after the first request
        session.save()

    def request(self, **request):
        before = rls.current()
        outer = [] if before == rls.CLOSED else [before]
        if outer:
            connection.accelerator_scope = rls.CLOSED
        try:
            response = super().request(**request)
            assert rls.current() == rls.CLOSED, "a request left a scope open"
        finally:
            if outer:
                connection.accelerator_scope = before
                rls._apply(before)
        if (
            self.reads_pages
            and not response.streaming
            and response.headers.get("Content-Type", "").startswith("text/html")
        ):
            response.content = squeezed(response.text)
        return response


# Statements that every request makes, whatever the page: session, person, access, scope, transaction.
_PLUMBING = re.compile(
    r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|BEGIN|COMMIT|select set_config|"
    r'SELECT (?:(?!\(SELECT).)*FROM "(django_session|accelerator_user)"|'
    r'SELECT (?:(?!\(SELECT).)*FROM "cities_(membership|enrollment|coachassignment|staffrole|fundergrant)"|'
    r'UPDATE "django_session")',
    re.IGNORECASE | re.DOTALL,
)


@dataclass
class Cost:
    """Queries of the page itself, and rows that PostgreSQL read for the whole request."""

    queries: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def count(self) -> int:
        return len(self.queries)


def _rows_read() -> int:
    """Rows read by this transaction so far, in tables and through indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) from pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def cost() -> Iterator[Cost]:
    """Counts what the requests inside cost; needs the test's own transaction.

    A table of a few pages is read whole though an index serves: compare rows where the tables are large.
    """
    measured = Cost()
    before = _rows_read()
    with CaptureQueriesContext(connection) as captured:
        yield measured
    measured.rows = _rows_read() - before
    measured.queries = [q["sql"] for q in captured.captured_queries if not _PLUMBING.match(q["sql"])]


def main_text(response):
    """The words of a page's main part, in one line."""
    main = response.content.decode().split('<main id="main"', 1)[1].split("</main>")[0]
    main = re.sub(r'<span lang="[^"]*">(.*?)</span>', r"\1", main)  # in the middle of a sentence
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def shown(browser: Client, url: str) -> dict[str, str]:
    """What the page of a shared row's form sends with it: the values that it showed."""
    return {"seen": browser.get(url).context["form"]["seen"].value()}


def key_of(page: HttpResponse, url: str) -> str:
    """The key in the form of a page that is sent to an address."""
    form = page.text.split(f'action="{url}"', 1)[1].split("</form>", 1)[0]
    return re.search(r'name="form_key" value="([^"]+)"', form)[1]


def edit(browser: Client, url: str, data: dict[str, object], **more: object):
    """Open the page of a shared row's form, change its fields, send it."""
    return browser.post(url, {**data, **shown(browser, url)}, **more)
