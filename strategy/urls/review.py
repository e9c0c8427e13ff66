"""Asking for review, opinions, named reviewers, peer cities, mentions."""

urlpatterns: list = []
