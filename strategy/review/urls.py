"""A section's page and its state changes, conversations, mentions, review requests, guest reviewers, peer cities."""

from django.urls import path

from strategy.review.views import comments, mentions, peers, reviewers, reviews, section

_thread = "cities/<slug:city>/strategy/<slug:section>/comments/<int:pk>/"
_section = "cities/<slug:city>/strategy/<slug:section>/"
_reviewers = "cities/<slug:city>/reviews/reviewers/"
_reviews = "cities/<slug:city>/reviews/"
_peers = "cities/<slug:city>/peers/"

urlpatterns = [
    path("my/mentions/", mentions.mine, name="my-mentions"),
    path("my/mentions/seen/", mentions.seen, name="my-mentions-seen"),
    path(_reviews, reviews.index, name="reviews"),
    path(f"{_reviews}ask/", reviews.ask, name="review-ask"),
    path(f"{_reviews}<int:pk>/withdraw/", reviews.withdraw, name="review-withdraw"),
    path(f"{_reviews}opinion/", reviews.opinion, name="opinion"),
    path(_reviewers, reviewers.index, name="reviewers"),
    path(f"{_reviewers}invite/", reviewers.invite, name="reviewer-invite"),
    path(f"{_reviewers}<int:pk>/", reviewers.change, name="reviewer-change"),
    path(f"{_reviewers}<int:pk>/end/", reviewers.end, name="reviewer-end"),
    path(_peers, peers.index, name="peers"),
    path(f"{_peers}join/", peers.join, name="peers-join"),
    path(f"{_peers}show/", peers.show, name="peers-show"),
    path(f"{_peers}<int:pk>/", peers.section, name="peer-section"),
    path(f"{_peers}<int:pk>/comment/", peers.comment, name="peer-comment"),
    path(f"{_peers}<int:pk>/close/", peers.close, name="peer-close"),
    path(f"{_peers}comments/<int:pk>/take/", peers.open_thread, name="peer-said-take"),
    path(_section, section.show, name="section"),
    path(f"{_section}move/", section.move, name="section-move"),
    path(f"{_section}comments/", comments.open_thread, name="thread-open"),
    path(f"{_section}comments/draft/", comments.draft, name="comment-draft"),
    path(f"{_section}comments/seen/", comments.seen, name="comments-seen"),
    path(f"{_thread}reply/", comments.reply, name="thread-reply"),
    path(f"{_thread}end/", comments.end, name="thread-end"),
    path(f"{_thread}accept/", comments.accept, name="thread-accept"),
    path(f"{_thread}reopen/", comments.reopen, name="thread-reopen"),
]
