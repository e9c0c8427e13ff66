"""Requests for review, opinions, suggestions, named reviewers and peers."""

from __future__ import annotations

from dashboards.demo.story import Story


def play(story: Story) -> None:
    """Play this part of the city's weeks."""
