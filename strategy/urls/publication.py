"""Exports, publishing, and the public pages."""

urlpatterns: list = []
