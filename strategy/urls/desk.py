"""The contents, the desk, history, unsaved texts and conversations."""

from django.urls import path

from strategy.views import comments, drafts, history, index, merge, section

_city = "cities/<slug:city>/strategy/"
_section = f"{_city}<slug:section>/"
_thread = f"{_section}comments/<int:pk>/"

urlpatterns = [
    path("my/drafts/", drafts.mine, name="my-drafts"),
    path(_city, index.show, name="strategy"),
    path(_section, section.show, name="section"),
    path(f"{_section}save/", section.save, name="section-save"),
    path(f"{_section}here/", section.here, name="section-here"),
    path(f"{_section}move/", section.move, name="section-move"),
    path(f"{_section}assign/", section.assign, name="section-assign"),
    path(f"{_section}history/", history.index, name="section-history"),
    path(f"{_section}history/<int:number>/", history.show, name="section-revision"),
    path(f"{_section}history/<int:number>/restore/", history.restore, name="section-restore"),
    path(f"{_section}aside/", drafts.aside, name="section-aside"),
    path(f"{_section}draft/<int:pk>/", merge.show, name="draft"),
    path(f"{_section}draft/<int:pk>/use/", drafts.use, name="draft-use"),
    path(f"{_section}draft/<int:pk>/settle/", drafts.settle, name="draft-settle"),
    path(f"{_section}comments/", comments.open_thread, name="thread-open"),
    path(f"{_section}comments/draft/", comments.draft, name="comment-draft"),
    path(f"{_section}comments/seen/", comments.seen, name="comments-seen"),
    path(f"{_thread}reply/", comments.reply, name="thread-reply"),
    path(f"{_thread}end/", comments.end, name="thread-end"),
    path(f"{_thread}accept/", comments.accept, name="thread-accept"),
    path(f"{_thread}reopen/", comments.reopen, name="thread-reopen"),
]
