from django.urls import path

from strategy.publication.views import progress, public, publication, verify

_publication = "cities/<slug:city>/publication/"
_progress = "cities/<slug:city>/progress/"
_public = "strategies/<slug:place>/"

urlpatterns = [
    path("status/<str:token>/", progress.status, name="status"),
    path(_progress, progress.index, name="upkeep"),
    path(f"{_progress}status/<int:pk>/", progress.status_answer, name="status-answer"),
    path(f"{_progress}reviews/<int:pk>/", progress.yearly_review, name="yearly-review"),
    path("verify/", verify.index, name="verify"),
    path("verify/<str:code>/", verify.show, name="verify-code"),
    path(_publication, publication.show, name="publication"),
    path(f"{_publication}preview/", publication.preview, name="publication-preview"),
    path(f"{_publication}publish/", publication.publish, name="publication-publish"),
    path(f"{_publication}progress/", publication.progress, name="publication-progress"),
    path(f"{_publication}withdraw/", publication.withdraw, name="publication-withdraw"),
    path("strategies/", public.index, name="public-index"),
    path("strategies/schema.json", public.schema, name="public-schema"),
    path(_public, public.show, name="public"),
    path(f"{_public}v<int:number>/", public.show, name="public-version"),
    path(f"{_public}v<int:number>/<slug:kind>/", public.file, name="public-file"),
    path(f"{_public}v<int:number>/pictures/<int:pk>/", public.picture, name="public-picture"),
]
