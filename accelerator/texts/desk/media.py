"""The scripts for a text's page."""

from __future__ import annotations

from django_prose_editor.widgets import importmap
from js_asset import ImportMap, Media, Script

from accelerator.web import Request

MODULES = importmap | ImportMap(
    {f"desk/{name}": f"js/desk_{name}.js" for name in ("editor", "incoming", "paste", "pictures", "store")}
)
# The first is listed only so that the browser fetches it early; desk.js imports it.
EDITOR = ("django_prose_editor/editor.js", "js/desk.js")


def scripts(request: Request, *own: str, editor: bool = False) -> Media:
    """The page's own modules, plus the editor's if the reader may write.

    Not a sum of Media objects: adding resolves file URLs, which a fresh checkout doesn't have yet.
    """
    files = [*own, *(EDITOR if editor else ())]
    modules = [Script(file, type="module") for file in files]
    return Media(importmap=MODULES, js=modules, nonce=request.csp_nonce)
