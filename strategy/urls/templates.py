"""Templates: editing, publishing, comparing; a city leaving sections out and moving to another version."""

urlpatterns: list = []
