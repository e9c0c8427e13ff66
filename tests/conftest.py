"""The test cast and tools. Real PostgreSQL and Redis; nothing is mocked below the HTTP line."""

import os
import sys
import tempfile
from pathlib import Path

import psycopg

from accelerator import environment
from accelerator.local import servers
from tests import scratch

FOLDER = scratch.folder(environment.ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
os.environ.setdefault("VAR", str(FOLDER / "var"))
if "TMPDIR" not in os.environ:
    (FOLDER / "tmp").mkdir(exist_ok=True, parents=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(FOLDER / "tmp")
if not environment.text("DATABASE_URL"):
    try:
        servers.ensure(environment.var())
    except servers.CannotStart as refusal:
        sys.exit(str(refusal))
    # Plans, and so the rows that a page reads, must not depend on when autovacuum came by.
    with psycopg.connect(
        host=str(environment.socket_dir(environment.var())), user="postgres", autocommit=True
    ) as server:
        server.execute("alter system set autovacuum = off")
        # A test database need not survive a power cut.
        server.execute("alter system set fsync = off")
        server.execute("select pg_reload_conf()")
os.environ.setdefault("MEDIA_ROOT", str(Path(tempfile.gettempdir()) / f"accelerator-media-{os.getpid()}"))

import hypothesis  # noqa: E402 - the servers must run before Django's settings are read
import pytest  # noqa: E402 - as above
from pytest_django.plugin import blocking_manager_key  # noqa: E402 - as above

from tests import examples  # noqa: E402 - as above

hypothesis.settings.load_profile(examples.PROFILE)


def pytest_configure(config):
    """Static files by their plain names, without a collected folder; everything else is as in production."""
    from django.apps import apps  # noqa: PLC0415 - as below
    from django.conf import settings  # noqa: PLC0415 - read once the servers run

    from accelerator.management.commands import compile_catalogs  # noqa: PLC0415 - as above
    from tests import worker  # noqa: PLC0415 - as above

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = True
    settings.WHITENOISE_USE_FINDERS = True
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    settings.CELERY_BROKER_URL = worker.broker_url()
    if settings.DEMO:
        raise pytest.UsageError("Tests run with the settings of production: unset DEMO.")
    # URLs and pages are production's. The demo app is installed for its tables in the test database; its pages exist
    # only in tests with the fixture `demo`.
    settings.INSTALLED_APPS.append("demo")
    if apps.ready:  # a worker of xdist inherits the settings' name and has set Django up before this file is read
        apps.set_installed_apps(settings.INSTALLED_APPS)
    compile_catalogs.Command().handle(verbosity=0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Slow tests start first, so no core idles at the end; each process switches databases once.

    The report marks browser tests: CI rejects a run that skipped them.
    """
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, "cast" in item.fixturenames))
    for item in items:
        if item.get_closest_marker("browser"):
            item.user_properties.append(("browser", "yes"))


def pytest_runtest_setup(item):
    """A test with the cast runs in the database that holds it, any other in an empty one (tests/database.py)."""
    from django.utils import translation  # noqa: PLC0415 - as below

    from tests import database  # noqa: PLC0415 - models load after Django is set up

    translation.deactivate()  # the language of the last test's last request
    if item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & set(item.fixturenames):
        with item.config.stash[blocking_manager_key].unblock():
            database.databases.enter(database.CAST if "cast" in item.fixturenames else database.EMPTY)


@pytest.fixture
def cast(db):
    """The standing cast (tests/cast.py)."""
    from tests.database import databases  # noqa: PLC0415 - models load after Django is set up

    return databases.cast()


@pytest.fixture
def demo(settings):
    """The program as DEMO=1 shows it."""
    settings.DEMO, settings.ROOT_URLCONF = True, "demo.urls"


@pytest.fixture
def as_(client):
    """`as_(person)`: a client signed in as that person, which asserts after each request that no scope is left."""
    from tests.clients import ScopedClient  # noqa: PLC0415 - models load after Django is set up

    def sign_in(person=None):
        browser = ScopedClient()
        if person is not None:
            browser.force_login(person)
        return browser

    return sign_in


@pytest.fixture
def every_city(db):
    """Assertions outside a request read with the scope of every city."""
    from accelerator import rls  # noqa: PLC0415 - models load after Django is set up

    with rls.every_city():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """In place of pytest-django's: each test's database is chosen in `pytest_runtest_setup`."""
    from tests.database import databases  # noqa: PLC0415 - models load after Django is set up

    yield
    databases.drop()
