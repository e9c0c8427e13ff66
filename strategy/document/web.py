"""The document as a web page: published, previewed, or read before it is signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strategy.document import exports
from strategy.document.exports import Edition


def page(edition: Edition, address: Callable[[int], str], images: set[int]) -> dict[str, Any]:
    """Call it in the document's language; `images` are the IDs of those whose files exist."""

    def picture(number: int) -> dict[str, Any]:
        if number not in images:
            return {}
        facts = edition.tree["pictures"].get(str(number), {})
        sizes = {name: facts[name] for name in ("width", "height") if facts.get(name)}
        return {"src": address(number), "loading": "lazy", **sizes}

    return exports.shared_context(edition) | {"sections": exports.rendered_sections(edition.tree, picture)}
