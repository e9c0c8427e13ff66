"""Templates: editing, publishing, comparing; a city leaving sections out and moving to another version."""

from django.urls import path

from strategy.views import shape, template_section, templates

_template = "content/templates/<slug:template>/"
_draft = f"{_template}draft/"
_row = f"{_draft}sections/<slug:template_section>/"
_sections = "cities/<slug:city>/sections/"

urlpatterns = [
    path("content/templates/", templates.index, name="templates"),
    path(_template, templates.show, name="template"),
    path(f"{_template}compare/", templates.compare, name="template-compare"),
    path(f"{_template}<int:edition>/preview/", templates.preview, name="template-preview"),
    path(f"{_template}<int:edition>/draft/", templates.begin, name="template-begin"),
    path(_draft, templates.draft, name="template-draft"),
    path(f"{_draft}name/", templates.name, name="template-name"),
    path(f"{_draft}publish/", templates.publish, name="template-publish"),
    path(f"{_draft}discard/", templates.discard, name="template-discard"),
    path(f"{_draft}add/", template_section.add, name="template-section-add"),
    path(_row, template_section.edit, name="template-section"),
    path(f"{_row}move/", template_section.move, name="template-section-move"),
    path(f"{_row}remove/", template_section.remove, name="template-section-remove"),
    path(f"{_draft}return/<slug:template_section>/", template_section.bring_back, name="template-section-return"),
    path(_sections, shape.index, name="sections"),
    path(f"{_sections}move/<int:edition>/", shape.move, name="sections-move"),
    path(f"{_sections}moves/<int:pk>/undo/", shape.undo, name="template-move-undo"),
    path(f"{_sections}<slug:apart>/", shape.show, name="section-apart"),
    path(f"{_sections}<slug:apart>/leave-out/", shape.leave_out, name="section-leave-out"),
    path(f"{_sections}<slug:apart>/take-in/", shape.take_in, name="section-take-in"),
    path(f"{_sections}<slug:apart>/copy/", shape.copy, name="section-copy"),
]  # fmt: skip
