"""Sign-off: frozen versions, ordered approvers, signatures bound to a hash, yearly reviews (docs/adr/0009)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.excerpts import excerpt
from accelerator.models import User
from accelerator.rls import Wall
from accelerator.walltime import local_day
from cities.models import City, Office, Officeholder
from cities.offices.models import BODIES
from strategy.document.parts import label_of
from strategy.plan.choices import Instrument
from strategy.sections.models import Strategy

if TYPE_CHECKING:
    from strategy.signoff.paper_models import SignedPaper


class ApproverFields(models.Model):
    position = models.PositiveSmallIntegerField()
    office = models.CharField(_("type of approver"), max_length=20, choices=Office)
    title = models.CharField(_("title as it will appear"), max_length=120)
    # How it approves differs by city and country: docs/program.md 3.4.
    instrument = models.CharField(_("instrument"), max_length=24, choices=Instrument, default=Instrument.SIGNATURE)
    on_paper = models.BooleanField(_("signs on paper"), default=False)
    # For offices other than the mayor's; the office still has to be confirmed.
    person = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("officeholder")
    )
    may_delegate = models.BooleanField(_("the mayor’s delegate may sign on their behalf"), default=False)

    city_id: int
    # Not stored: who holds the office, as confirmed; set by `approvers.find_signers`.
    holder: Officeholder | None

    class Meta:
        abstract = True

    @property
    def is_on_paper(self) -> bool:
        return self.on_paper or self.office in BODIES

    @property
    def is_body(self) -> bool:
        """A council or committee decides together: no one holds it."""
        return self.office in BODIES

    @property
    def signer(self) -> Officeholder | None:
        """Who signs on this site."""
        return None if self.is_on_paper else self.holder

    @property
    def is_vacant(self) -> bool:
        """A person has to sign, on this site or on paper, but no one's hold on the office is confirmed."""
        return not self.is_body and self.holder is None


class Approver(ApproverFields):
    """An office in the city's setting, asked in order of `position`; a submitted version has a copy (Step)."""

    city = models.ForeignKey(City, models.CASCADE)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class StrategyVersionQuerySet(models.QuerySet["StrategyVersion"]):
    def in_force(self) -> StrategyVersionQuerySet:
        """Each city's newest signed version: the one whose signatures count today."""
        newer = StrategyVersion.objects.filter(
            city=models.OuterRef("city"), state=StrategyVersion.State.SIGNED, number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(newer), state=StrategyVersion.State.SIGNED)


class StrategyVersion(models.Model):
    """A frozen, numbered version. Only its state and the files created from it ever change."""

    changeable = ("state", "reason", "state_at", "submitted_at", "submitted_by_id", "signed_at")
    set_once = ("pdf", "pdf_sha256")

    class State(models.TextChoices):
        WITH_APPROVERS = "with_approvers", _("waiting for signature")
        RETURNED = "returned", _("returned with comments")
        WITHDRAWN = "withdrawn", _("withdrawn by the city")
        SIGNED = "signed", _("signed")

    city = models.ForeignKey(City, models.CASCADE)
    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    tree = models.JSONField(help_text="The whole document; schema in docs/strategy-json.md.")
    template = models.CharField(max_length=80, help_text="Slug and number.")
    sha256 = models.CharField(max_length=64, help_text="Of the tree in canonical JSON.")
    code = models.CharField(max_length=20, help_text="Printed on the PDF, for verification.")
    note = models.CharField(_("note to the approvers"), max_length=1000, blank=True)
    sign_by = models.DateField(_("signature requested by"), null=True, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.WITH_APPROVERS)
    reason = models.CharField(_("reason for withdrawing"), max_length=1000, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    pdf = models.CharField(max_length=200, blank=True, help_text="Name in the media storage.")
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    objects = StrategyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="strategy_version_once"),
            models.UniqueConstraint(fields=["code"], name="strategy_version_code"),
            # With two open versions, the same office would be asked to sign two texts.
            models.UniqueConstraint(
                fields=["city"], condition=Q(state="with_approvers"), name="strategy_version_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False), name="strategy_version_signed_at"
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(reason=""), name="strategy_version_withdrawn_why"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def signed_on(self) -> date | None:
        """The city's day, as those below."""
        return local_day(self.signed_at, self.city.time_zone) if self.signed_at else None

    @property
    def submitted_on(self) -> date:
        return local_day(self.submitted_at, self.city.time_zone)

    @property
    def state_on(self) -> date:
        return local_day(self.state_at, self.city.time_zone)


class VersionPart(models.Model):
    """A section, the plan or a register of a submitted version, used to compute lapses."""

    wall = Wall.LEDGER  # the database itself refuses changes
    city = models.ForeignKey(City, models.CASCADE)
    version = models.ForeignKey(StrategyVersion, models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(
        max_length=60, help_text="The section's, or part:plan and the like: strategy/document/parts.py"
    )
    number = models.CharField(max_length=10, blank=True, help_text="Of the section, as printed.")
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, help_text="Of its title and blocks, or of the part's data.")
    revision = models.PositiveIntegerField(null=True, help_text="Of the section's text.")

    class Meta:
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["city", "version", "key"], name="version_part_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return label_of(self.number, self.title)


class StepQuerySet(models.QuerySet["Step"]):
    def waiting(self) -> Self:
        """The steps whose turn it is."""
        return self.filter(state=Step.State.WAITING, version__state=StrategyVersion.State.WITH_APPROVERS).exclude(
            asked_at=None
        )

    def signed_by(self, person: User) -> Self:
        """Those of an office that this person holds now."""
        held = Officeholder.objects.current().filter(city=OuterRef("city"), office=OuterRef("office"), user=person)
        return self.filter(Q(office=Office.MAYOR) | Q(person=person), Exists(held), on_paper=False)


class Step(ApproverFields):
    """An approver of one submitted version, as the city's setting was at the time."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SIGNED = "signed", _("signed")
        RETURNED = "returned", _("returned")

    city = models.ForeignKey(City, models.CASCADE)
    version = models.ForeignKey(StrategyVersion, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When its turn came.")
    signature: Signature | None  # this and the next two aren't stored: a page sets them
    uploaded: SignedPaper | None
    is_current: bool

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["city", "version", "position"], name="approval_step_once")]

    def __str__(self) -> str:
        return self.title


class Signature(models.Model):
    """An approver's answer to a version, bound to its hash."""

    wall = Wall.LEDGER

    class Kind(models.TextChoices):
        SIGN = "sign", _("signed")
        RETURN = "return", _("returned with comments")
        ENDORSE = "endorse", _("endorsed by a new officeholder")

    class Manner(models.TextChoices):
        APP = "app", _("on this site")
        EMAIL = "email", _("by email link")
        PAPER = "paper", _("on paper")
        BEHALF = "behalf", _("by the mayor’s delegate")

    city = models.ForeignKey(City, models.CASCADE)
    version = models.ForeignKey(StrategyVersion, models.CASCADE, related_name="signatures")
    step = models.ForeignKey(Step, models.CASCADE, null=True, blank=True, related_name="signatures")
    kind = models.CharField(max_length=10, choices=Kind)
    manner = models.CharField(max_length=10, choices=Manner)
    person_id_then = models.BigIntegerField(null=True, help_text="Stays when the person is erased.")
    person_name = models.CharField(max_length=200, help_text="As confirmed with the office, or as on the paper.")
    holder_id_then = models.BigIntegerField(null=True, help_text="Who held the office: the person, or the delegator.")
    address_domain = models.CharField(max_length=254, blank=True, help_text="Of the address that got the code.")
    office_confirmed_for = models.CharField(max_length=10, choices=Officeholder.Side, blank=True)
    office_confirmed_at = models.DateTimeField(null=True, blank=True)
    role = models.CharField(max_length=120, help_text="Title as printed.")
    on_behalf_of = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(
        max_length=200, blank=True, help_text="Who uploaded the paper: name and address then. Never public."
    )
    paper_checked_at = models.DateTimeField(null=True, blank=True, help_text="When GovEx compared the scan.")
    at = models.DateTimeField(default=timezone.now)
    signed_on = models.DateField(null=True, blank=True, help_text="The date on the paper.")
    sha256 = models.CharField(max_length=64, help_text="Of the version that was read.")
    comment = models.TextField(max_length=5000, blank=True)
    instrument = models.CharField(max_length=24, choices=Instrument, blank=True)
    instrument_number = models.CharField(max_length=60, blank=True)
    paper = models.CharField(max_length=200, blank=True, help_text="Name in the media storage.")
    paper_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["city", "step"], condition=Q(kind="sign"), name="signature_once_a_step"),
            models.UniqueConstraint(
                fields=["city", "version", "person_id_then"],
                condition=Q(kind="endorse"),
                name="signature_endorsed_once",
            ),
            models.CheckConstraint(condition=~Q(kind="return") | ~Q(comment=""), name="return_has_comments"),
            models.CheckConstraint(condition=~Q(manner="paper") | ~Q(paper=""), name="paper_has_file"),
            models.CheckConstraint(condition=~Q(manner="behalf") | ~Q(on_behalf_of=""), name="behalf_names_whom"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.kind}"


class ReturnComment(models.Model):
    """What an approver asked to change, and what the city did about it."""

    city = models.ForeignKey(City, models.CASCADE)
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="comments")
    position = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=60, blank=True, help_text="Key of the section it is about.")
    label = models.CharField(max_length=220, blank=True, help_text="Number and title of the section, as frozen.")
    body = models.TextField(max_length=2000)
    answer = models.TextField(_("what was done"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["signature", "position"]
        constraints = [models.UniqueConstraint(fields=["city", "signature", "position"], name="return_comment_once")]

    def __str__(self) -> str:
        return self.label or excerpt(self.body, 60)


class ApproverChange(models.Model):
    """A change of a city's approvers, for the history that its approvers page shows."""

    wall = Wall.LEDGER

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")
        MOVED = "moved", _("moved")

    city = models.ForeignKey(City, models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=120, help_text="Of the approver.")
    office = models.CharField(max_length=20, choices=Office, blank=True, default="", db_default="")
    detail = models.CharField(max_length=300, blank=True, help_text="Who signs, and how, after the change.")
    before = models.TextField(blank=True, default="", db_default="", help_text="All approvers in order, as sentences.")
    after = models.TextField(blank=True, default="", db_default="")
    by_name = models.CharField(max_length=200, blank=True, help_text="Name and address then.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"


class YearlyReview(models.Model):
    """A review 12, 24 or 36 months after sign-off."""

    class Result(models.TextChoices):
        CONTINUE = "continue", _("continues as is")
        ADJUST = "adjust", _("continues with changes")
        RENEW = "renew", _("needs a new version")

    city = models.ForeignKey(City, models.CASCADE)
    version = models.ForeignKey(StrategyVersion, models.CASCADE, related_name="reviews")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    result = models.CharField(_("outcome"), max_length=10, choices=Result, blank=True)
    words = models.TextField(_("lessons learned and changes"), max_length=5000, blank=True)
    is_public = models.BooleanField(_("shown on the public page"), default=False)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["city", "version", "months"], name="yearly_review_once"),
            models.CheckConstraint(
                condition=Q(done_at=None) | (~Q(result="") & ~Q(words="")), name="yearly_review_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months after version {self.version_id}"


class PublicSeal(models.Model):
    """Who signed what, when and how: what the public page shows for the code on a signed PDF."""

    # Public rows hold copies: their source tables stay closed.
    wall = Wall.PUBLIC
    changeable = ("state", "signatures")  # later endorsements are added
    set_once = ("pdf_sha256",)

    class State(models.TextChoices):
        VALID = "valid"
        SUPERSEDED = "superseded"

    city = models.ForeignKey(City, models.CASCADE)
    code = models.CharField(max_length=20)
    number = models.PositiveIntegerField(help_text="Of the version.")
    slug = models.SlugField(max_length=140)
    city_name = models.CharField(max_length=120)
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="The city's: a signature's day is the day there."
    )
    template = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, help_text="Of the document tree.")
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    signatures = models.JSONField(default=list, help_text="A row for each: strategy/signoff/seals.py says with what.")
    state = models.CharField(max_length=12, choices=State, default=State.VALID)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="public_seal_code"),
            models.UniqueConstraint(fields=["city", "number"], name="public_seal_once"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def signed_on(self) -> date:
        """The city's day, wherever it is read."""
        return local_day(self.signed_at, self.time_zone)
