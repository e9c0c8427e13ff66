"""Conversations, suggestions, opinions, reviewers from outside, and peer cities."""
