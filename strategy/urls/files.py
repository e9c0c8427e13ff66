"""Pictures in texts, strategies uploaded from elsewhere, and the merge page."""

from django.urls import path

from strategy.views import pictures, uploads

_pictures = "cities/<slug:city>/pictures/"
_uploads = "cities/<slug:city>/uploads/"

urlpatterns = [
    path(_pictures, pictures.index, name="pictures"),
    path(f"{_pictures}pasted/", pictures.pasted, name="pasted"),
    path(f"{_pictures}<int:pk>/", pictures.show, name="picture"),
    path(f"{_pictures}<int:pk>/words/", pictures.words, name="picture-words"),
    path(f"{_pictures}<int:pk>/insert/", pictures.insert, name="picture-insert"),
    path(_uploads, uploads.index, name="uploads"),
    path(f"{_uploads}tray/", uploads.tray, name="upload-tray"),
    path(f"{_uploads}<int:pk>/", uploads.show, name="upload"),
    path(f"{_uploads}pieces/<int:pk>/back/", uploads.take_back, name="piece-back"),
]
