"""Pictures in a few texts, and a strategy that was written elsewhere."""

from __future__ import annotations

from demo.cohort import pictures, uploads
from demo.cohort.story import Story


def play(story: Story) -> None:
    """Play this part of the city's weeks."""
    pictures.play(story)
    uploads.play(story)
