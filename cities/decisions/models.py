"""Questions to the mayor and their answers."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import audit
from accelerator.models import User
from cities.roles import Role


class DecisionQuerySet(models.QuerySet["Decision"]):
    def waiting(self) -> DecisionQuerySet:
        return self.filter(decided_at=None, withdrawn_at=None).order_by("due_on", "pk")

    def made(self) -> DecisionQuerySet:
        return self.exclude(decided_at=None).order_by("-decided_at")

    def settled(self) -> DecisionQuerySet:
        """Answered or withdrawn: nobody needs to do anything."""
        return self.exclude(decided_at=None, withdrawn_at=None)


class Decision(models.Model):
    """A question that the mayor answers: one sentence, two lines of context, the options."""

    city = models.ForeignKey("cities.City", models.CASCADE)
    question = models.CharField(_("question"), max_length=200)
    context = models.CharField(_("what it is about"), max_length=400)
    options = models.JSONField(_("options"), default=list)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("needed by"))
    chosen = models.CharField(max_length=200, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_as = models.CharField(max_length=20, choices=Role, blank=True)
    on_behalf_of = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["city", "due_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, chosen="", decided_as="") | (~Q(decided_at=None) & ~Q(chosen="")),
                name="decision_whole",
            )
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_waiting(self) -> bool:
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def answered_by(self) -> str:
        """Who answered, in which role, and on whose behalf, in words."""
        role = self.get_decided_as_display()
        words = _("%(name)s, %(role)s")
        if self.decided_as == Role.MAYORS_DELEGATE:
            words = _("%(name)s, %(role)s, on behalf of Mayor %(mayor)s")
        names = {"name": self.decided_by or _("Somebody who has left"), "role": role, "mayor": self.on_behalf_of or "–"}
        return str(words % names)

    def revise(self, *, by: User, **words: object) -> bool:
        """Change a question (question, context, options, due_on) that still waits; False otherwise."""
        with transaction.atomic():
            changed = self._still_waiting().update(**words)
            if changed:
                self.refresh_from_db()
                audit.record("decision reworded", by=by, about=self)
        return bool(changed)

    def withdraw(self, *, by: User) -> bool:
        """Take back a question that still waits; False if it was answered or withdrawn meanwhile."""
        with transaction.atomic():
            changed = self._still_waiting().update(withdrawn_at=timezone.now())
            if changed:
                self.refresh_from_db()
                audit.record("decision withdrawn", by=by, about=self)
        return bool(changed)

    def _still_waiting(self) -> DecisionQuerySet:
        return Decision.objects.filter(pk=self.pk, city=self.city_id, decided_at=None, withdrawn_at=None)

    def decide(self, *, option: str, by: User, role: Role, on_behalf_of: User | None = None, comment: str = "") -> bool:
        """Record the answer once, with person, role and time; False if somebody has decided meanwhile.

        Raises ValidationError for an option that was not offered, PermissionDenied for a delegate where the city
        does not let delegates decide.
        """
        if option not in self.options:
            raise ValidationError(_("Choose one of the options."))
        if role == Role.MAYORS_DELEGATE and not (self.city.delegate_decides and on_behalf_of):
            raise PermissionDenied
        with transaction.atomic():
            changed = self._still_waiting().update(
                chosen=option,
                comment=comment,
                decided_by=by,
                decided_as=role,
                on_behalf_of=on_behalf_of,
                decided_at=timezone.now(),
            )
            if changed:
                self.refresh_from_db()
                audit.record("decision made", by=by, about=self, option=option, role=role)
        return bool(changed)
