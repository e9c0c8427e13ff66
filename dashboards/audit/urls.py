from django.urls import path

from dashboards.audit import views

urlpatterns = [path("audit/", views.index, name="audit")]
