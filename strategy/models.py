"""The Citywide Data Strategy: versioned templates; a city's sections with their revisions and comments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accelerator import audit
from accelerator.models import Cohort, User
from accelerator.writing import Draft, Revision, Text
from cities.models import City


def in_language(texts: dict[str, object], language: str | None = None) -> object:
    """The text in the reader's language (`pt-br` before `pt`), else in English."""
    language = language or get_language() or "en"
    return texts.get(language) or texts.get(language.split("-")[0]) or texts.get("en") or ""


class TemplateVersion(models.Model):
    """One version of a strategy template. Published, it never changes; documents pin one."""

    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    name = models.JSONField(help_text="By language.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content as loaded.")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["slug", "-number"]
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{in_language(self.name)} {self.number}"


class Component(models.TextChoices):
    FRONT = "front", _("Front matter")
    GOVERNANCE = "governance", _("Data governance")
    QUALITY = "quality", _("Data quality")
    USE = "use", _("Data use")
    TRANSPARENCY = "transparency", _("Transparency")
    ENABLERS = "enablers", _("Enablers")
    PLAN = "plan", _("Action plan")


class TemplateSection(models.Model):
    """A section of a template: what to write, why, and what good looks like, in three languages."""

    version = models.ForeignKey(TemplateVersion, models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=6, help_text="As printed.")
    component = models.CharField(max_length=20, choices=Component)
    required = models.BooleanField(default=False)
    words_min = models.PositiveIntegerField(null=True, blank=True)
    words_max = models.PositiveIntegerField(null=True, blank=True)
    due_week = models.PositiveSmallIntegerField(help_text="Program week; due on its Friday.")
    titles = models.JSONField()
    purposes = models.JSONField()
    prompts = models.JSONField(help_text="A list of questions by language.")
    goods = models.JSONField(help_text="What good looks like, by language.")
    parts = models.JSONField(default=list, help_text="Named parts with prompts of their own.")

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="template_section_once"),
            models.UniqueConstraint(fields=["version", "position"], name="template_section_position"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> object:
        return in_language(self.titles)

    @property
    def purpose(self) -> object:
        return in_language(self.purposes)

    @property
    def questions(self) -> object:
        return in_language(self.prompts)

    @property
    def good(self) -> object:
        return in_language(self.goods)

    @property
    def own_parts(self) -> list[dict[str, object]]:
        """The section's named parts in the reader's language."""
        kept = ("title", "purpose", "prompts", "good")
        return [
            {"number": part["number"], **{name: in_language(part[name]) for name in kept}}
            for part in self.parts
        ]


class CohortTemplate(models.Model):
    """The template version that a cohort's new strategies pin."""

    cohort = models.OneToOneField(Cohort, models.CASCADE)
    version = models.ForeignKey(TemplateVersion, models.PROTECT)

    def __str__(self) -> str:
        return f"{self.cohort}: {self.version}"


class Strategy(models.Model):
    """A city's one living strategy."""

    city = models.OneToOneField(City, models.CASCADE)
    version = models.ForeignKey(TemplateVersion, models.PROTECT)
    cohort = models.ForeignKey(Cohort, models.PROTECT, help_text="Whose calendar the due dates follow.")
    started_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "strategies"

    def __str__(self) -> str:
        return f"strategy of {self.city_id}"


class SectionState(models.TextChoices):
    """docs/program.md 3.2."""

    NOT_STARTED = "not_started", _("not started")
    DRAFTING = "drafting", _("drafting")
    IN_REVIEW = "in_review", _("in coach review")
    CHANGES_SUGGESTED = "changes_suggested", _("changes suggested")
    REVIEWED = "reviewed", _("reviewed")
    FINAL = "final", _("final")


S = SectionState
# Who may move a section from where to where: the city's team, the coach, or the lead alone.
TEAM_MOVES = {
    S.DRAFTING: [S.IN_REVIEW],
    S.CHANGES_SUGGESTED: [S.DRAFTING, S.IN_REVIEW],
    S.IN_REVIEW: [S.DRAFTING],
}
COACH_MOVES = {S.IN_REVIEW: [S.CHANGES_SUGGESTED, S.REVIEWED], S.REVIEWED: [S.CHANGES_SUGGESTED]}
LEAD_MOVES = {S.REVIEWED: [S.FINAL], S.FINAL: [S.DRAFTING], S.DRAFTING: [S.FINAL]}
# Ready: nothing is left to write or to answer.
READY = [S.REVIEWED, S.FINAL]
# Words that change set these back to drafting; the desk says so beforehand.
WRITING_REOPENS = [S.NOT_STARTED, S.REVIEWED, S.FINAL]
# What an empty section cannot be.
NEEDS_WORDS = [S.IN_REVIEW, S.CHANGES_SUGGESTED, S.REVIEWED, S.FINAL]


class SectionQuerySet(models.QuerySet["Section"]):
    def ready(self) -> SectionQuerySet:
        return self.filter(state__in=READY)

    def open(self) -> SectionQuerySet:
        return self.exclude(state__in=READY)

    def due_by(self, day: date) -> SectionQuerySet:
        return self.open().filter(due_on__lte=day)

    def with_reminders_due(self, dates: Iterable[date]) -> SectionQuerySet:
        """Open sections of live cohorts whose date is one of these: what the reminder clock reads."""
        return self.open().filter(due_on__in=dates, strategy__cohort__live_at__isnull=False)


class Section(Text):
    """A section of a city's strategy: a text with a state, an assignee and a due date."""

    city = models.ForeignKey(City, models.CASCADE)
    strategy = models.ForeignKey(Strategy, models.CASCADE)
    template = models.ForeignKey(TemplateSection, models.PROTECT)
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=SectionState, default=SectionState.NOT_STARTED)
    state_at = models.DateTimeField(default=timezone.now)
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    due_on = models.DateField()

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["city", "key"], name="section_once"),
            models.CheckConstraint(
                condition=~Q(state="not_started") | Q(revision=0), name="section_written_has_started"
            ),
        ]
        indexes = [models.Index(fields=["city", "due_on"]), models.Index(fields=["due_on", "city"])]

    def __str__(self) -> str:
        return f"{self.template.number}. {self.template.title}"

    @property
    def is_ready(self) -> bool:
        return self.state in READY

    def written(self, *, by: User | None) -> list[str]:
        """Words make a section drafted; a reviewed or final one is drafted again, on record."""
        if self.state not in WRITING_REOPENS:
            return []
        before, self.state, self.state_at = self.state, S.DRAFTING.value, timezone.now()
        audit.record("section moved", by=by, about=self, before=before, after=self.state)
        return ["state", "state_at"]

    def begin(self, *, by: User | None = None) -> None:
        """Set the state as saving words does, for those who write rows without saving."""
        if fields := self.written(by=by):
            self.save(update_fields=fields)

    def assign(self, *, to: User | None, due_on: date, by: User) -> None:
        """Say who writes this section and until when."""
        self.assignee, self.due_on = to, due_on
        with transaction.atomic():
            self.save(update_fields=["assignee", "due_on"])
            audit.record(
                "section assigned", by=by, about=self, to=to.pk if to else None, due_on=due_on.isoformat()
            )

    def moves(self, *, team: bool, coach: bool, lead: bool) -> list[SectionState]:
        """Where this section may be moved now, by a person with these parts."""
        state = SectionState(self.state)
        tables = [
            table for table, holds in ((TEAM_MOVES, team), (COACH_MOVES, coach), (LEAD_MOVES, lead)) if holds
        ]
        targets = dict.fromkeys(target for table in tables for target in table.get(state, []))
        return [target for target in targets if self.words or target not in NEEDS_WORDS]

    def move(self, target: str, *, by: User, team: bool, coach: bool, lead: bool) -> bool:
        """Set the state if the person may and nobody has moved it meanwhile; False otherwise."""
        if target not in self.moves(team=team, coach=coach, lead=lead):
            return False
        with transaction.atomic():
            before = self.state
            changed = Section.objects.filter(pk=self.pk, city=self.city_id, state=before).update(
                state=target, state_at=timezone.now()
            )
            if changed:
                audit.record("section moved", by=by, about=self, before=before, after=target)
        if changed:
            self.state = target
        return bool(changed)


class SectionRevision(Revision):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(Section, models.CASCADE, related_name="revisions")

    class Meta(Revision.Meta):
        constraints = [
            models.UniqueConstraint(fields=["city", "text", "number"], name="section_revision_once")
        ]


class SectionDraft(Draft):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(Section, models.CASCADE, related_name="drafts")

    class Meta(Draft.Meta):
        indexes = [models.Index(fields=["city", "author", "-created_at"])]


class ThreadQuerySet(models.QuerySet["Thread"]):
    def open(self) -> ThreadQuerySet:
        return self.filter(resolved_at=None)


class Thread(models.Model):
    """A conversation about a section or a passage of it; it keeps the words it was about."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE, related_name="threads")
    revision = models.PositiveIntegerField(help_text="The revision that was read.")
    quote = models.CharField(max_length=500, blank=True)
    opened_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at"]
        indexes = [models.Index(fields=["city", "section", "opened_at"])]

    def __str__(self) -> str:
        return self.quote or f"thread {self.pk}"

    def stands_in(self, words: str) -> bool:
        """Whether the passage that this was about is still in a text (`words` from richtext.text)."""
        return not self.quote or " ".join(self.quote.split()) in " ".join(words.split())

    def resolve(self, *, by: User) -> None:
        if self.resolved_at is None:
            self.resolved_at, self.resolved_by = timezone.now(), by
            self.save(update_fields=["resolved_at", "resolved_by"])

    def reopen(self) -> None:
        self.resolved_at = self.resolved_by = None
        self.save(update_fields=["resolved_at", "resolved_by"])


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
