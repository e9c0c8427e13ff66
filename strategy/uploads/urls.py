from django.urls import path

from strategy.uploads import views

_uploads = "cities/<slug:city>/uploads/"

urlpatterns = [
    path(_uploads, views.index, name="uploads"),
    path(f"{_uploads}tray/", views.tray, name="upload-tray"),
    path(f"{_uploads}<int:pk>/", views.show, name="upload"),
    path(f"{_uploads}pieces/<int:pk>/back/", views.return_to_tray, name="piece-back"),
]
