from django.urls import path

from dashboards.content import views

urlpatterns = [
    path("content/", views.index, name="content"),
    path("content/templates/<slug:slug>/<int:number>/", views.template, name="content-template"),
    path("content/curricula/<slug:slug>/<int:number>/", views.program, name="content-program"),
    path("content/rubrics/<slug:slug>/<int:number>/", views.rubric, name="content-rubric"),
]
