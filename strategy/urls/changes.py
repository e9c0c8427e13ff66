"""What changed: word differences between revisions, since one last looked, since the review."""

urlpatterns: list = []
