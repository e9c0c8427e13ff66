"""A section: its text, unsaved texts, merging, images; which sections the strategy has."""

from django.urls import path

from accelerator.texts.desk.urls import urls
from cities.access import city_view
from strategy.sections.desk import SECTION
from strategy.sections.views import drafts, outline, pictures, section, template_versions

_section = "cities/<slug:city>/strategy/<slug:section>/"
_outline = "cities/<slug:city>/sections/"
_images = "cities/<slug:city>/pictures/"

urlpatterns = [
    path("my/drafts/", drafts.mine, name="my-drafts"),
    *urls(SECTION, _section, city_view, page=None),
    path(f"{_section}assign/", section.assign, name="section-assign"),
    path(_images, pictures.index, name="pictures"),
    path(f"{_images}<int:pk>/", pictures.show, name="picture"),
    path(f"{_images}<int:pk>/words/", pictures.describe, name="picture-words"),
    path(f"{_images}<int:pk>/insert/", pictures.insert, name="picture-insert"),
    path(f"{_section}looked/", section.looked, name="section-looked"),
    path("content/templates/<slug:template>/", template_versions.show, name="template"),
    path(_outline, outline.index, name="sections"),
    path(f"{_outline}move/<int:edition>/", outline.move, name="sections-move"),
    path(f"{_outline}moves/<int:pk>/undo/", outline.undo, name="template-move-undo"),
    path(f"{_outline}<slug:outside>/", outline.show, name="section-apart"),
    path(f"{_outline}<slug:outside>/leave-out/", outline.leave_out, name="section-leave-out"),
    path(f"{_outline}<slug:outside>/take-in/", outline.restore, name="section-take-in"),
    path(f"{_outline}<slug:outside>/copy/", outline.copy, name="section-copy"),
]
