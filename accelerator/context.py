"""What every page gets from the request: the site's name, the demo banner, the reader's theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

THEMES = {"light", "dark"}
PROGRAM_NAME = _("City Data Alliance Accelerator")


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context for every page: `program_name`, `demo` (bool) and `theme` ("light", "dark" or "")."""
    # Cookies hold arbitrary text, and this one becomes an attribute of <html>.
    theme = request.COOKIES.get("theme", "")
    return {
        "program_name": PROGRAM_NAME,
        "demo": getattr(settings, "DEMO", False),
        "theme": theme if theme in THEMES else "",
    }
