from django.urls import path

from reminders import views

app_name = "reminders"
urlpatterns = [
    path("reminders/", views.ledger, name="ledger"),
    path("reminders/forecast/", views.forecast, name="forecast"),
    path("reminders/dry-run/", views.dry_run, name="dry-run"),
    path("reminders/<int:pk>/send-now/", views.send_now, name="due-send-now"),
    path("reminders/mails/<int:pk>/", views.envelope, name="envelope"),
]
