import pytest


@pytest.fixture
def stage(cast):
    """The cast in a cohort of 2026 where every section is final until a test opens it."""
    from tests.reminders.stage import build  # noqa: PLC0415 - models load after Django is set up

    return build(cast)


@pytest.fixture
def server(settings):
    """The email server of tests/reminders/stage.py: set `server.now` or `server.opens` to an exception."""
    from tests.reminders.stage import Backend  # noqa: PLC0415 - models load after Django is set up

    settings.EMAIL_BACKEND = "tests.reminders.stage.Backend"
    yield Backend
    Backend.now = Backend.opens = None
