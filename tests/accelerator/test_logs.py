"""What the logs don't hold: tokens of emailed links, and tracebacks of refused requests."""

import io
import logging
import logging.config
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core import signing

from accelerator.logs import redact
from cities.tokens import make_token

PROBES = ["/cities/tulsa-us/team/invite/", "/cities/rosario-ar/", "/no/such/page/"]


@pytest.fixture
def log():
    """The console's handler as the settings make it, writing into memory."""
    configured = logging.config.DictConfigurator(dict(settings.LOGGING))
    handler = logging.StreamHandler(lines := io.StringIO())
    handler.setFormatter(configured.configure_formatter(dict(settings.LOGGING["formatters"]["line"])))
    handler.addFilter(configured.configure_filter(dict(settings.LOGGING["filters"]["refusals"])))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)


@pytest.mark.parametrize("compress", [True, False])
def test_tokens_are_left_out_of_any_line(compress):
    token = signing.dumps({"city": 1, "note": "x" * 99}, salt="s", compress=compress)
    for form in (token, quote(token), quote(quote(token)), quote(quote(quote(token))).lower(), token[:-9]):
        assert redact(f"GET /status/{form}/ HTTP/1.1") == "GET /status/[token]/ HTTP/1.1"
    assert redact("12:30:45 GET /cities/tulsa-us/ 200") == "12:30:45 GET /cities/tulsa-us/ 200"


def test_token_of_an_emailed_link_is_not_logged(cast, as_, log):
    token = make_token("invitation", city_id=cast.tulsa.pk, person=cast.lead, invitation=1)
    assert as_().get(f"/invitation/{token}x/").status_code == 404
    assert as_().put(f"/invitation/{token}/").status_code == 405
    assert log.getvalue().count("/invitation/[token]") == 2
    assert token[-20:] not in log.getvalue()


def test_tracebacks_hold_no_token(log):
    token = signing.dumps({"city": 1}, salt="s")
    try:
        raise RuntimeError(token)
    except RuntimeError:
        logging.getLogger("accelerator").exception("Failed")
    assert "RuntimeError: [token]" in log.getvalue()


def test_denials_are_one_line_each(cast, as_, log):
    guest = as_(cast.guest)
    assert [guest.get(path).status_code for path in PROBES] == [403, 404, 404]
    assert as_().get("/", headers={"Host": "evil.example"}).status_code == 400
    assert "Traceback" not in log.getvalue()
    assert log.getvalue().count("/cities/tulsa-us/team/invite/") == 1
