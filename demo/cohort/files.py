"""Images in a few texts, and strategies written elsewhere."""

from __future__ import annotations

from demo.cohort import pictures, uploads
from demo.cohort.story import Story


def play(story: Story) -> None:
    pictures.play(story)
    uploads.play(story)
