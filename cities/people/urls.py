from django.urls import path

from cities.people import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/add/", views.add, name="person-add"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/staff/<int:pk>/invite-again/", views.staff_invite_again, name="staff-invite-again"),
    path("people/funders/<int:pk>/invite-again/", views.funder_invite_again, name="funder-invite-again"),
    path("people/funders/<int:pk>/end/", views.funder_end, name="funder-end"),
]
