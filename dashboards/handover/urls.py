from django.urls import path

from dashboards.handover import views

_city = "cities/<slug:city>/"

urlpatterns = [
    path(f"{_city}team/<int:pk>/end/", views.end_member, name="member-end"),
    path(f"{_city}handovers/<int:pk>/undo/", views.undo_member, name="handover-undo"),
    path(f"{_city}handovers/<int:pk>/take-over/", views.take_over, name="handover-take-over"),
    path("cohorts/<slug:cohort>/cities/<slug:city>/coach/<int:pk>/end/", views.end_coaching, name="coach-end"),
    path("people/staff/<int:pk>/end/", views.end_role, name="staff-end"),
    path("people/handovers/<int:pk>/undo/", views.undo_role, name="role-undo"),
]
