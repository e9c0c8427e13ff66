"""Staff edit, compare and publish templates."""

from django.urls import path

from strategy.template.views import section, templates

_row = "content/templates/<slug:template>/draft/sections/<slug:template_section>/"
_draft = "content/templates/<slug:template>/draft/"
_template = "content/templates/<slug:template>/"

urlpatterns = [
    path("content/templates/", templates.index, name="templates"),
    path(f"{_template}compare/", templates.compare, name="template-compare"),
    path(f"{_template}<int:edition>/preview/", templates.preview, name="template-preview"),
    path(f"{_template}<int:edition>/draft/", templates.begin, name="template-begin"),
    path(_draft, templates.draft, name="template-draft"),
    path(f"{_draft}name/", templates.name, name="template-name"),
    path(f"{_draft}publish/", templates.publish, name="template-publish"),
    path(f"{_draft}discard/", templates.discard, name="template-discard"),
    path(f"{_draft}add/", section.add, name="template-section-add"),
    path(_row, section.edit, name="template-section"),
    path(f"{_row}move/", section.move, name="template-section-move"),
    path(f"{_row}remove/", section.remove, name="template-section-remove"),
    path(f"{_draft}return/<slug:template_section>/", section.bring_back, name="template-section-return"),
]
