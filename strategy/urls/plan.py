"""The action plan and its registers."""

urlpatterns: list = []
