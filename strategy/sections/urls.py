"""A section: its text, unsaved texts, merging, images; which sections the strategy has."""

from django.urls import path

from strategy.sections.views import claim, drafts, merge, outline, pictures, section, template_versions

_section = "cities/<slug:city>/strategy/<slug:section>/"
_outline = "cities/<slug:city>/sections/"
_images = "cities/<slug:city>/pictures/"

urlpatterns = [
    path("my/drafts/", drafts.mine, name="my-drafts"),
    path(f"{_section}save/", section.save, name="section-save"),
    path(f"{_section}here/", section.here, name="section-here"),
    path(f"{_section}assign/", section.assign, name="section-assign"),
    path(f"{_section}aside/", drafts.aside, name="section-aside"),
    path(f"{_section}draft/<int:pk>/", merge.show, name="draft"),
    path(f"{_section}draft/<int:pk>/use/", drafts.use, name="draft-use"),
    path(f"{_section}draft/<int:pk>/settle/", drafts.settle, name="draft-settle"),
    path(_images, pictures.index, name="pictures"),
    path(f"{_images}pasted/", pictures.pasted, name="pasted"),
    path(f"{_images}<int:pk>/", pictures.show, name="picture"),
    path(f"{_images}<int:pk>/words/", pictures.words, name="picture-words"),
    path(f"{_images}<int:pk>/insert/", pictures.insert, name="picture-insert"),
    path(f"{_section}looked/", claim.looked, name="section-looked"),
    path(f"{_section}take-over/", claim.take_over, name="section-take-over"),
    path(f"{_section}draft/<int:pk>/merge/", merge.take, name="draft-merge"),
    path("content/templates/<slug:template>/", template_versions.show, name="template"),
    path(_outline, outline.index, name="sections"),
    path(f"{_outline}move/<int:edition>/", outline.move, name="sections-move"),
    path(f"{_outline}moves/<int:pk>/undo/", outline.undo, name="template-move-undo"),
    path(f"{_outline}<slug:apart>/", outline.show, name="section-apart"),
    path(f"{_outline}<slug:apart>/leave-out/", outline.leave_out, name="section-leave-out"),
    path(f"{_outline}<slug:apart>/take-in/", outline.take_in, name="section-take-in"),
    path(f"{_outline}<slug:apart>/copy/", outline.copy, name="section-copy"),
]
