from django.urls import path

from reminders import views

app_name = "reminders"
urlpatterns = [
    path("reminders/", views.ledger, name="ledger"),
    path("reminders/emails/<uuid:pk>/", views.email, name="email"),
    path("reminders/due/", views.dues, name="dues"),
    path("reminders/due/<int:pk>/send-now/", views.send_now, name="due-send-now"),
    path("reminders/forecast/", views.forecast, name="forecast"),
    path("reminders/dry-run/", views.dry_run, name="dry-run"),
]
