"""Pictures in a few texts, and a strategy that was written elsewhere."""

from __future__ import annotations

from dashboards.demo import pictures, uploads
from dashboards.demo.story import Story


def play(story: Story) -> None:
    """Play this part of the city's weeks."""
    pictures.play(story)
    uploads.play(story)
