"""The beginning of a text, for lists: the one place where a text is shortened."""

from __future__ import annotations


def excerpt(text: object, most: int) -> str:
    """The text on one line; if it has more than `most` characters, it is cut after a whole word and ends in "…"."""
    line = " ".join(str(text).split())
    if len(line) <= most:
        return line
    room = line[:most]
    # Room for the ellipsis. A first word that is longer than the room is the only one that is cut.
    kept = room[: room.rfind(" ")] if " " in room else room[: most - 1]
    return kept.rstrip(" .,;:–—-([“‘¿¡«") + "…"
