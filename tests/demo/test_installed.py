"""The demo is installed if DEMO is on, which no process accepts with its own database."""

import subprocess
import sys

import pytest

from accelerator import environment
from tests.running.processes import clean_environment

INSTALLED = "from django.conf import settings; print('demo' in settings.INSTALLED_APPS, settings.ROOT_URLCONF)"
SERVERS = {
    "DATABASE_URL": "postgres://app:secret@127.0.0.1:1/app",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "k",
}
STARTERS = {
    "manage.py check": ["manage.py", "check"],
    "manage.py demo": ["manage.py", "demo"],
    "manage.py prepare": ["manage.py", "prepare"],
    "gunicorn": ["-m", "gunicorn", "accelerator.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"],
    "celery worker": ["-m", "celery", "-A", "accelerator.celery", "worker"],
    "celery beat": ["-m", "celery", "-A", "accelerator.celery", "beat"],
    "pytest": ["-m", "pytest", "-p", "no:cacheprovider", "tests/demo"],
}


def run(*command, **variables):
    return subprocess.run(
        [sys.executable, *command],
        cwd=environment.ROOT,
        env=clean_environment(DJANGO_SETTINGS_MODULE="accelerator.settings", **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("demo", "answer"), [("0", "False accelerator.urls"), ("1", "True demo.urls")])
def test_it_is_installed_where_demo_is_on(demo, answer):
    assert run("-c", INSTALLED, DEMO=demo).stdout == f"{answer}\n"


@pytest.mark.parametrize("starter", STARTERS)
def test_demo_with_a_database_url_is_refused_by(starter, tmp_path):
    ended = run(*STARTERS[starter], DEMO="1", VAR=str(tmp_path), **SERVERS)

    assert ended.returncode != 0
    sentence = "The demo signs anyone in, so it runs only on its own database: unset DATABASE_URL or DEMO.\n"
    assert sentence in ended.stdout
    if starter.startswith("manage.py"):
        assert ended.stdout == sentence
    assert list(tmp_path.iterdir()) == []
