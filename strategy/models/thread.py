"""Conversations about sections: threads that close with an edit, suggested replacements, mentions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from cities.models import City
from strategy.models.section import Section


class Outcome(models.TextChoices):
    """How a conversation ended."""

    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    CARRIED = "carried", _("carried over")
    SETTLED = "settled", _("settled")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def open(self) -> ThreadQuerySet:
        return self.filter(resolved_at=None)


class Thread(models.Model):
    """A conversation about a section or a passage of it; it keeps the words it was about."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE, related_name="threads")
    revision = models.PositiveIntegerField(help_text="The revision that was read.")
    quote = models.CharField(max_length=500, blank=True)
    # Empty proposes to take the passage out; null is no proposal at all.
    replacement = models.TextField(  # noqa: DJ001
        null=True, blank=True, max_length=5000, help_text="Plain words proposed instead of the quote."
    )
    opened_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_revision = models.PositiveIntegerField(
        null=True, blank=True, help_text="The revision that did what was asked."
    )
    reason = models.CharField(max_length=1000, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at"]
        indexes = [models.Index(fields=["city", "section", "opened_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, outcome="") | (Q(resolved_at__isnull=False) & ~Q(outcome="")),
                name="thread_ends_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="accepted") | Q(outcome_revision__isnull=False),
                name="thread_accepted_by_edit",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="declined") | ~Q(reason=""), name="thread_declined_why"
            ),
        ]

    def __str__(self) -> str:
        return self.quote or f"thread {self.pk}"

    def stands_in(self, words: str) -> bool:
        """Whether the passage that this was about is still in a text (`words` from richtext.text)."""
        return not self.quote or " ".join(self.quote.split()) in " ".join(words.split())

    def resolve(self, *, by: User) -> None:
        if self.resolved_at is None:
            self.resolved_at, self.resolved_by, self.outcome = timezone.now(), by, Outcome.SETTLED
            self.save(update_fields=["resolved_at", "resolved_by", "outcome"])

    def reopen(self) -> None:
        self.resolved_at = self.resolved_by = self.outcome_revision = None
        self.outcome = self.reason = ""
        self.save(update_fields=["resolved_at", "resolved_by", "outcome", "outcome_revision", "reason"])


class Comment(models.Model):
    city = models.ForeignKey(City, models.CASCADE)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    body = models.TextField(_("comment"), max_length=5000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="comment_has_words")]

    def __str__(self) -> str:
        return self.body[:80]


class Mention(models.Model):
    """A person named in a comment; mail and the person's own page tell them."""

    city = models.ForeignKey(City, models.CASCADE)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "comment", "person"], name="mention_once")]
        indexes = [models.Index(fields=["city", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id} in comment {self.comment_id}"


class CommentDraft(models.Model):
    """Words of a comment that has not been posted; the writer's own, one for each place."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE, related_name="comment_drafts")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, blank=True, related_name="drafts")
    author = models.ForeignKey(User, models.CASCADE, related_name="+")
    quote = models.CharField(max_length=500, blank=True)
    replacement = models.TextField(blank=True)
    body = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "author", "section", "thread"],
                nulls_distinct=False,
                name="comment_draft_once",
            )
        ]

    def __str__(self) -> str:
        return self.body[:80]
