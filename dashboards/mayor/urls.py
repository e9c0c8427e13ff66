from django.urls import path

from dashboards.mayor import views

urlpatterns = [path("cities/<slug:city>/mayor/", views.mayor, name="mayor")]
