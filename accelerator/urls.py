"""URLs. Apps are included by name: accelerator/ imports no other app."""

from django.urls import include, path

from accelerator import health

handler400 = "accelerator.errors.bad_request"
handler403 = "accelerator.errors.permission_denied"
handler404 = "accelerator.errors.page_not_found"
handler500 = "accelerator.errors.server_error"
urlpatterns = [
    path("healthz", health.process, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("cities.account.urls")),
    path("", include("dashboards.home.urls")),
    path("", include("cities.urls")),
    path("", include("dashboards.urls")),
    path("", include("strategy.urls")),
    path("", include("coaching.urls")),
    path("", include("curriculum.urls")),
    path("", include("convenings.urls")),
    path("", include("reminders.urls")),
]
