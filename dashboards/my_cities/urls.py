from django.urls import path

from dashboards.my_cities import views

urlpatterns = [path("my-cities/", views.my_cities, name="my-cities")]
