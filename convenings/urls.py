from django.urls import path

app_name = "convenings"
urlpatterns: list = []
