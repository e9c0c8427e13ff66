"""Curriculum pages stand on the roof (dashboards/): they read several apps."""

app_name = "curriculum"
urlpatterns: list = []
