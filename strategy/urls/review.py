"""Asking for review, opinions, named reviewers, peer cities, mentions."""

from django.urls import path

from strategy.views import mentions, peers, reviewers, reviews

_reviews = "cities/<slug:city>/reviews/"
_reviewers = f"{_reviews}reviewers/"
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
    path(f"{_peers}comments/<int:pk>/take/", peers.take, name="peer-said-take"),
]
