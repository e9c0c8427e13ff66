"""Reviews: requests, opinions, guest reviewers, peer cities, conversations about a section."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import audit
from accelerator.excerpts import excerpt
from accelerator.models import Cohort, User
from accelerator.rls import Wall
from cities.models import City, Membership, StaffRole
from cities.roles import STAFF_ROLES
from strategy.review import passages
from strategy.sections.models import Section, Standing


def language_of(person: str) -> Case:
    """The language of what a person wrote: GovEx staff write in a language of their own, others in the city's."""
    is_staff = Exists(StaffRole.objects.filter(user=OuterRef(person)))
    return Case(When(is_staff, then=F(f"{person}__language")), default=F("city__language"))


class ReviewRequestQuerySet(models.QuerySet["ReviewRequest"]):
    def open(self) -> ReviewRequestQuerySet:
        return self.filter(answered_at=None, withdrawn_at=None)


class ReviewRequest(models.Model):
    """The team asks the coach to read a section, or the full draft if `section` is None."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE, null=True, blank=True, related_name="review_requests")
    revision = models.PositiveIntegerField(default=0, help_text="Of the section, when it was asked.")
    words = models.CharField(_("what to focus on"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    wanted_by = models.DateField(_("response due"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            # If two people ask at once, make only one request; a null section means the full draft, so nulls count as
            # equal.
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
    """What a coach or guest reviewer thought of a section (or the full draft) at a revision; never changed."""

    # A coach's "ready" is feedback, never approval: the city decides (docs/program.md 3.2).
    wall = Wall.LEDGER
    city = models.ForeignKey(City, models.CASCADE)
    request = models.ForeignKey(ReviewRequest, models.SET_NULL, null=True, blank=True, related_name="opinions")
    section = models.ForeignKey(Section, models.CASCADE, null=True, blank=True, related_name="opinions")
    revision = models.PositiveIntegerField(default=0, help_text="Of the section, when it was read.")
    ready = models.BooleanField(_("ready"))
    words = models.TextField(_("feedback"), blank=True, max_length=5000)
    person = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    role = models.CharField(max_length=20, help_text="The person's role then.")
    at = models.DateTimeField(default=timezone.now)
    is_outdated: bool  # set by the page of reviews

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["city", "section", "-at"])]

    def __str__(self) -> str:
        return f"{'ready' if self.ready else 'not yet'}: {self.section_id or 'full draft'}"

    @property
    def language(self) -> str:
        if self.role not in STAFF_ROLES:
            return self.city.language
        return self.person.language if self.person else ""


class ReviewerSection(models.Model):
    """A section that a guest reviewer can read, until their membership ends."""

    city = models.ForeignKey(City, models.CASCADE)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="review_sections")
    section = models.ForeignKey(Section, models.CASCADE, related_name="reviewers")
    named_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    is_answered: bool  # set by the page of reviewers

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "membership", "section"], name="reviewer_section_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} reads {self.section_id}"


class PeerSectionQuerySet(models.QuerySet["PeerSection"]):
    def visible_on(self, day: date) -> PeerSectionQuerySet:
        return self.filter(closed_at=None, until__gte=day)

    def of_peers(self, city: City, cohort: Cohort) -> PeerSectionQuerySet:
        return self.shared_with(city, cohort).visible_on(city.today())

    def shared_with(self, city: City, cohort: Cohort) -> PeerSectionQuerySet:
        """The other cities' copies, closed ones too; none once the city has left the cohort, nor of one that has."""
        rows = self.filter(cohort=cohort).exclude(owner=city)
        in_cohort = cohort.enrollment_set.open()
        return rows.filter(Exists(in_cohort.filter(city=city)), owner__in=in_cohort.values("city"))


class PeerSection(models.Model):
    """A copy of a section that a city shares with the other cities in its cohort."""

    # A copy, because the city's own rows stay behind its wall; `owner` rather than `city`, because a row with a city is
    # visible to that city alone.
    wall = Wall.PEERS

    cohort = models.ForeignKey(Cohort, models.CASCADE)
    owner = models.ForeignKey(City, models.CASCADE, related_name="+")
    owner_name = models.CharField(max_length=120)
    owner_slug = models.SlugField(max_length=140)
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=10)
    html = models.TextField()
    revision = models.PositiveIntegerField()
    question = models.CharField(_("what you’d like feedback on"), max_length=500, blank=True)
    shown_by = models.CharField(max_length=200)
    shown_at = models.DateTimeField(default=timezone.now)
    until = models.DateField(_("until"))
    closed_at = models.DateTimeField(null=True, blank=True)
    is_open: bool  # set by the page of peer cities

    objects = PeerSectionQuerySet.as_manager()

    class Meta:
        ordering = ["-shown_at"]
        indexes = [models.Index(fields=["cohort", "-shown_at"])]

    def __str__(self) -> str:
        return f"{self.owner_name}: {self.title}"

    def is_visible_on(self, day: date) -> bool:
        return self.closed_at is None and self.until >= day


class PeerComment(models.Model):
    wall = Wall.PEER_COMMENTS
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
        return excerpt(self.body, 80)


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    CARRIED = "carried", _("carried over")
    SETTLED = "settled", _("resolved")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def open(self) -> ThreadQuerySet:
        return self.filter(resolved_at=None)

    def carried(self) -> ThreadQuerySet:
        return self.filter(outcome=Outcome.CARRIED)

    def for_list(self) -> ThreadQuerySet:
        comments = models.Prefetch("comments", Comment.objects.for_page())
        return self.for_page().select_related("opened_by").prefetch_related(comments)

    def for_page(self) -> ThreadQuerySet:
        return self.select_related("resolved_by").annotate(reason_language=language_of("resolved_by"))


class Thread(models.Model):
    """A conversation about a section or a passage of it, which it quotes because the text may change."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE, related_name="threads")
    revision = models.PositiveIntegerField(help_text="The revision that was read.")
    quote = models.CharField(max_length=500, blank=True)
    # Empty suggests deleting the passage; null is no suggestion at all.
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
    # Set by the pages that show threads.
    may_settle: bool
    is_here: bool
    fits: bool
    draft: CommentDraft | None

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
                condition=~Q(outcome="accepted") | Q(outcome_revision__isnull=False), name="thread_accepted_by_edit"
            ),
            models.CheckConstraint(condition=~Q(outcome="declined") | ~Q(reason=""), name="thread_declined_why"),
        ]

    def __str__(self) -> str:
        return self.quote or f"thread {self.pk}"

    def is_quoted_from(self, text: str) -> bool:
        """Whether the passage is still in a section's plain text."""
        return not self.quote or passages.single_spaced(self.quote) in passages.single_spaced(text)

    @property
    def is_suggestion(self) -> bool:
        return self.replacement is not None

    @property
    def is_closed(self) -> bool:
        return self.resolved_at is not None

    @property
    def revision_before(self) -> int:
        return max((self.outcome_revision or 1) - 1, 0)

    def difference(self) -> list[passages.Piece]:
        return passages.difference(self.quote, self.replacement or "")

    def accept(self, *, revision: int, by: User) -> bool:
        return self._end(Outcome.ACCEPTED, by=by, outcome_revision=revision)

    def decline(self, *, reason: str, by: User) -> bool:
        return self._end(Outcome.DECLINED, by=by, reason=reason)

    def carry(self, *, to: str, by: User) -> bool:
        return self._end(Outcome.CARRIED, by=by, reason=to)

    def resolve(self, *, by: User) -> bool:
        return self._end(Outcome.SETTLED, by=by)

    def reopen(self, *, by: User | None) -> bool:
        previous: dict[str, Any] = {"outcome": self.outcome, "reason": self.reason, "revision": self.outcome_revision}
        blank = {"outcome": "", "reason": "", "outcome_revision": None}
        with transaction.atomic():
            changed = self._rows.exclude(resolved_at=None).update(resolved_at=None, resolved_by=None, **blank)
            if changed:
                self.refresh_from_db(fields=["resolved_at", "resolved_by", *blank])
                audit.record("conversation opened again", by=by, about=self, **previous)
        return bool(changed)

    @property
    def _rows(self) -> ThreadQuerySet:
        return Thread.objects.filter(pk=self.pk, city=self.city_id)

    def _end(self, outcome: Outcome, *, by: User, **more: Any) -> bool:
        now = timezone.now()
        with transaction.atomic():
            # Update only an open row: if two people close it at once, the first outcome counts.
            changed = self._rows.open().update(resolved_at=now, resolved_by=by, outcome=outcome, **more)
            if changed:
                self.refresh_from_db(fields=["resolved_at", "resolved_by", "outcome", "outcome_revision", "reason"])
                audit.record("conversation ended", by=by, about=self, outcome=outcome.value, **more)
        return bool(changed)


class CommentQuerySet(models.QuerySet["Comment"]):
    def for_page(self) -> CommentQuerySet:
        return self.select_related("author").annotate(language=language_of("author"))


class Comment(models.Model):
    city = models.ForeignKey(City, models.CASCADE)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    body = models.TextField(_("comment"), max_length=5000)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="comment_has_words")]

    def __str__(self) -> str:
        return excerpt(self.body, 80)


class MentionQuerySet(models.QuerySet["Mention"]):
    def of(self, person: User) -> MentionQuerySet:
        return self.filter(person=person)

    def readable(self, person: User, *, guest_in: Iterable[int]) -> MentionQuerySet:
        """In sections that the person can read; in the cities `guest_in`, only the assigned ones."""
        assigned = Section.objects.filter(reviewers__membership__user=person).values("pk")
        return self.filter(
            ~Q(city__in=guest_in) | Q(comment__thread__section__in=assigned),
            comment__thread__section__standing=Standing.PRESENT,
        )


class Mention(models.Model):
    """A person mentioned in a comment; an email and the person's own page tell them."""

    city = models.ForeignKey(City, models.CASCADE)
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "comment", "person"], name="mention_once")]
        indexes = [models.Index(fields=["city", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id} in comment {self.comment_id}"


class CommentDraft(models.Model):
    """An unposted comment: one per writer and place (a thread, or a new thread in the section)."""

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
                fields=["city", "author", "section", "thread"], nulls_distinct=False, name="comment_draft_once"
            )
        ]

    def __str__(self) -> str:
        return excerpt(self.body, 80)
