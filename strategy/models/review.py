"""Review: asking for it, the opinions given, who may read which section until when, and peer cities."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import Cohort, User
from cities.models import City, Membership
from strategy.models.section import Section


class ReviewRequestQuerySet(models.QuerySet["ReviewRequest"]):
    def open(self) -> ReviewRequestQuerySet:
        """Neither answered nor withdrawn."""
        return self.filter(answered_at=None, withdrawn_at=None)


class ReviewRequest(models.Model):
    """The team asks the coach to read a section, or the full draft where no section is named."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(
        Section, models.CASCADE, null=True, blank=True, related_name="review_requests"
    )
    revision = models.PositiveIntegerField(default=0, help_text="Of the section, when it was asked.")
    words = models.CharField(_("what to look at"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    wanted_by = models.DateField(_("answer wanted by"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "section"],
                condition=Q(answered_at=None, withdrawn_at=None),
                nulls_distinct=False,
                name="review_request_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.section_id or 'the full draft'}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None


class Opinion(models.Model):
    """What a coach or reviewer thought of a section (or the full draft) at a revision; never changed.

    The coach gives feedback and says "ready"; the city decides (docs/program.md 3.2).
    """

    city = models.ForeignKey(City, models.CASCADE)
    request = models.ForeignKey(
        ReviewRequest, models.SET_NULL, null=True, blank=True, related_name="opinions"
    )
    section = models.ForeignKey(Section, models.CASCADE, null=True, blank=True, related_name="opinions")
    revision = models.PositiveIntegerField(default=0, help_text="Of the section, when it was read.")
    ready = models.BooleanField(_("ready"))
    words = models.TextField(_("feedback"), blank=True, max_length=5000)
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    role = models.CharField(max_length=20, help_text="The person's role then.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["city", "section", "-at"])]

    def __str__(self) -> str:
        return f"{'ready' if self.ready else 'not yet'}: {self.section_id or 'full draft'}"


class ReviewerSection(models.Model):
    """A section that a guest reviewer may read; the membership's end date is until when."""

    city = models.ForeignKey(City, models.CASCADE)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="review_sections")
    section = models.ForeignKey(Section, models.CASCADE, related_name="reviewers")
    named_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "membership", "section"], name="reviewer_section_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} reads {self.section_id}"


class PeerSectionQuerySet(models.QuerySet["PeerSection"]):
    def shown(self, on: date) -> PeerSectionQuerySet:
        """What peers may read on that day."""
        return self.filter(closed_at=None, until__gte=on)

    def of_peers(self, city: City, cohort: Cohort) -> PeerSectionQuerySet:
        """What the other cities of the cohort show."""
        return self.filter(cohort=cohort).exclude(owner=city).shown(city.today())


class PeerSection(models.Model):
    """A section's words as a city showed them to the other cities of its cohort that take part.

    A copy, and a row of the cohort: the city's own rows stay behind the wall. `owner` is not named `city`
    because other cities read it.
    """

    cohort = models.ForeignKey(Cohort, models.CASCADE)
    owner = models.ForeignKey(City, models.CASCADE, related_name="+")
    owner_name = models.CharField(max_length=120)
    owner_slug = models.SlugField(max_length=140)
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=10)
    html = models.TextField()
    revision = models.PositiveIntegerField()
    question = models.CharField(_("what you want to hear"), max_length=500, blank=True)
    shown_by = models.CharField(max_length=200)
    shown_at = models.DateTimeField(default=timezone.now)
    until = models.DateField(_("until"))
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PeerSectionQuerySet.as_manager()

    class Meta:
        ordering = ["-shown_at"]
        indexes = [models.Index(fields=["cohort", "-shown_at"])]

    def __str__(self) -> str:
        return f"{self.owner_name}: {self.title}"


class PeerComment(models.Model):
    """What a colleague of another city thought of a section shown to peers."""

    section = models.ForeignKey(PeerSection, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    from_city = models.CharField(max_length=120)
    body = models.TextField(_("comment"), max_length=5000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="peer_comment_has_words")]

    def __str__(self) -> str:
        return self.body[:80]
