"""Pictures in texts, strategies uploaded from elsewhere, and the merge page."""

urlpatterns: list = []
