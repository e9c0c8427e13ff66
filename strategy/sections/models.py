"""A city's only strategy, and its sections with their texts, drafts and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import audit
from accelerator.excerpts import excerpt
from accelerator.models import Cohort, User
from accelerator.texts import richtext
from accelerator.texts.models import Draft, Revision, Text
from cities.models import City
from strategy.sections import pictures, tables
from strategy.template.models import TemplateSection, TemplateVersion

EXCERPT = 160  # characters of an unsaved text in a list


class Strategy(models.Model):
    city = models.OneToOneField(City, models.CASCADE)
    version = models.ForeignKey(TemplateVersion, models.PROTECT)
    cohort = models.ForeignKey(Cohort, models.PROTECT, help_text="Whose calendar the due dates follow.")
    started_at = models.DateTimeField(default=timezone.now)
    plan_year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The fiscal year whose first quarter is Y1Q1."
    )
    import_columns = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="How a person matched the columns of a plan's file: field by column name.",
    )
    shows_progress = models.BooleanField(default=False, help_text="The public page shows how the actions are going.")
    peers = models.BooleanField(default=False, help_text="Takes part in the review by peer cities.")

    class Meta:
        verbose_name_plural = "strategies"

    def __str__(self) -> str:
        return f"strategy of {self.city_id}"


class SectionState(models.TextChoices):
    """The states of docs/program.md 3.2."""

    NOT_STARTED = "not_started", _("not started")
    DRAFTING = "drafting", _("drafting")
    IN_REVIEW = "in_review", _("in coach review")
    CHANGES_SUGGESTED = "changes_suggested", _("changes suggested")
    REVIEWED = "reviewed", _("reviewed")
    FINAL = "final", _("final")


S = SectionState
READY = [S.REVIEWED, S.FINAL]
# New text sets these back to drafting; the page says so before anyone writes.
WRITING_REOPENS = [S.NOT_STARTED, S.REVIEWED, S.FINAL]


# Pages, board and reminders all go by the section's due date, so a return moves it.
DAYS_AFTER_RETURN = timedelta(days=14)


def due_after_return(due_on: date, returned_on: date) -> date:
    """The due date of a section that an approver returned on this day: never less than two weeks away."""
    return max(due_on, returned_on + DAYS_AFTER_RETURN)


class Standing(models.TextChoices):
    """Whether a section is part of the document; one that isn't keeps its text, history and comments."""

    PRESENT = "present", _("included in the strategy")
    HIDDEN = "hidden", _("left out by the city")
    REMOVED = "removed", _("no longer in the template")


class SectionQuerySet(models.QuerySet["Section"]):
    def present(self) -> SectionQuerySet:
        return self.filter(standing=Standing.PRESENT)

    def ready(self) -> SectionQuerySet:
        return self.present().filter(state__in=READY)

    def open(self) -> SectionQuerySet:
        return self.present().exclude(state__in=READY)

    def with_content(self) -> SectionQuerySet:
        """Those with text, or with rows in their table."""
        return self.filter(~Q(html="") | tables.with_rows())

    def in_document(self) -> SectionQuerySet:
        """Those that a version would have now: an optional section without content is left out."""
        return self.present().filter(Q(template__required=True) | ~Q(html="") | tables.with_rows())

    def due_by(self, day: date) -> SectionQuerySet:
        return self.open().filter(due_on__lte=day)

    def with_reminders_due(self, dates: Iterable[date]) -> SectionQuerySet:
        # In any live cohort: the strategy may have started in one that the city has left.
        live = Cohort.objects.filter(enrollment__city=OuterRef("city"), live_at__isnull=False)
        return self.open().filter(Exists(live), due_on__in=dates)


class Section(Text):
    city = models.ForeignKey(City, models.CASCADE)
    strategy = models.ForeignKey(Strategy, models.CASCADE)
    template = models.ForeignKey(TemplateSection, models.PROTECT)
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.PRESENT)
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
                # Every way to write text goes through before_revision(), which sets the state.
                condition=~Q(state="not_started") | Q(revision=0),
                name="section_written_has_started",
            ),
        ]
        # By city for its pages, by date across cities for reminders.
        indexes = [models.Index(fields=["city", "due_on"]), models.Index(fields=["due_on", "city"])]

    def __str__(self) -> str:
        return f"{self.template.number}. {self.template.title}"

    @property
    def is_ready(self) -> bool:
        return self.state in READY

    @property
    def has_content(self) -> bool:
        """Whether it has text, or rows in its table; one query if it has a table and no text."""
        return bool(self.words or self.html) or tables.has_rows(self.city_id, self.template.role)

    def cleaned(self, html: str) -> richtext.Cleaned:
        # Text copied from another city may refer to its pictures; those are dropped.
        def own(numbers: set[int]) -> set[int]:
            return set(self.city.picture_set.filter(pk__in=numbers).values_list("pk", flat=True))

        return richtext.clean(pictures.with_numbers(html), keep_images=own)

    def for_page(self, html: str) -> str:
        return pictures.with_addresses(html, self.city)

    def before_revision(self, *, by: User | None) -> list[str]:
        """New text sets the section to drafting; returns the fields changed."""
        if self.state not in WRITING_REOPENS:
            return []
        before, self.state, self.state_at = self.state, S.DRAFTING.value, timezone.now()
        audit.record("section moved", by=by, about=self, before=before, after=self.state)
        return ["state", "state_at"]

    def begin(self, *, by: User | None = None) -> None:
        """Set the state as saving text does, for code that writes rows itself."""
        if fields := self.before_revision(by=by):
            self.save(update_fields=fields)

    def reopen_returned(self, *, by: User) -> None:
        """An approver returned it with a comment: it can't be late before the team had time to answer."""
        self.begin(by=by)
        due_on = due_after_return(self.due_on, self.city.today())
        if due_on != self.due_on:
            self.due_on = due_on
            self.save(update_fields=["due_on"])
            audit.record("section due after a return", by=by, about=self, due_on=due_on.isoformat())

    def begin_if_filled(self) -> None:
        """A section whose table has rows isn't "not started"."""
        if self.state == S.NOT_STARTED and tables.has_rows(self.city_id, self.template.role):
            self.begin()

    def assign(self, *, to: User | None, due_on: date, by: User) -> None:
        self.assignee, self.due_on = to, due_on
        with transaction.atomic():
            self.save(update_fields=["assignee", "due_on"])
            audit.record("section assigned", by=by, about=self, to=to.pk if to else None, due_on=due_on.isoformat())


class SectionRevision(Revision):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(Section, models.CASCADE, related_name="revisions")
    author: User | None  # set by pages that list revisions

    class Meta(Revision.Meta):
        constraints = [models.UniqueConstraint(fields=["city", "text", "number"], name="section_revision_once")]


class SectionDraft(Draft):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(Section, models.CASCADE, related_name="drafts")
    imported = models.BooleanField(
        default=False, db_default=False, help_text="From a file, to compare with the section’s own text."
    )

    class Meta(Draft.Meta):
        indexes = [models.Index(fields=["city", "author", "-created_at"])]

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None

    @property
    def words(self) -> int:
        return richtext.count_words(self.html)

    @property
    def excerpt(self) -> str:
        return excerpt(richtext.text(self.html), EXCERPT)

    def mark_imported(self) -> None:
        self.imported = True
        self.save(update_fields=["imported"])


class TemplateMove(models.Model):
    """A strategy's move to another template version; `before` is what undoing it restores."""

    city = models.ForeignKey(City, models.CASCADE)
    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="moves")
    from_version = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="+")
    to_version = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="+")
    before = models.JSONField(
        help_text="A row a section: id, template, position, standing; ids of sections that were added."
    )
    moved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    moved_at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-moved_at"]

    def __str__(self) -> str:
        return f"{self.from_version} to {self.to_version}"


class SectionLook(models.Model):
    """The revision up to which a person read a section, on their latest visit and on the one before."""

    city = models.ForeignKey(City, models.CASCADE)
    section = models.ForeignKey(Section, models.CASCADE, related_name="looks")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(help_text="Seen at this visit.")
    at = models.DateTimeField(default=timezone.now)
    before = models.PositiveIntegerField(default=0, help_text="The revision seen at the visit before.")
    before_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "section", "person"], name="section_look_once")]

    def __str__(self) -> str:
        return f"{self.person_id} has read {self.section_id} up to {self.revision}"


class Picture(models.Model):
    """A picture in a text, where it appears as `media:<id>`."""

    # Rows and files are never deleted: frozen versions of the strategy use them.

    city = models.ForeignKey(City, models.CASCADE)
    file = models.CharField(max_length=200, help_text="Name in the media storage.")
    name = models.CharField(max_length=200, help_text="As the person's file was called.")
    kind = models.CharField(max_length=20, help_text="Media type as written by us: image/png or image/jpeg.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes.")
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    alt = models.CharField(_("image description"), max_length=500, blank=True)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [models.UniqueConstraint(fields=["city", "sha256"], name="picture_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> str:
        return pictures.figure_html(self)
