from django.urls import path

from cities.invitations import views

urlpatterns = [path("invitation/<str:token>/", views.invitation, name="invitation")]
