"""Questions to the mayor and their answers."""

from typing import Any, Self

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import audit
from accelerator.languages import phrase
from accelerator.models import User
from cities.roles import Role


class DecisionQuerySet(models.QuerySet["Decision"]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None, withdrawn_at=None).order_by("due_on", "pk")

    def answered(self) -> Self:
        return self.exclude(decided_at=None).order_by("-decided_at")

    def settled(self) -> Self:
        """Answered or withdrawn."""
        return self.exclude(decided_at=None, withdrawn_at=None)


class Decision(models.Model):
    city = models.ForeignKey("cities.City", models.CASCADE)
    question = models.CharField(_("question"), max_length=200)
    context = models.CharField(_("context"), max_length=400)  # two lines on a phone
    options = models.JSONField(_("options"), default=list)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("decision needed by"))
    chosen = models.CharField(max_length=200, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_as = models.CharField(max_length=20, choices=Role, blank=True)
    # Store both: who answered, and whose decision it is.
    on_behalf_of = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    mayors_title = ""  # set by pages that show who answered (cities/mayors.py)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["city", "due_on"])]
        # An answer is complete, with its time and role, or absent.
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
        """Name, role and, for a delegate, on whose behalf."""
        role = self.get_decided_as_display()
        if self.decided_as == Role.MAYOR and self.mayors_title:
            role = self.mayors_title
        pattern = _("%(name)s, %(role)s")
        if self.decided_as == Role.MAYORS_DELEGATE:
            pattern = _("%(name)s, %(role)s, on behalf of Mayor %(mayor)s")
        names = {"name": self.decided_by or _("A former member"), "role": role, "mayor": self.on_behalf_of or "–"}
        return phrase(str(pattern), **names)

    def revise(self, *, by: User, **values: Any) -> bool:
        """Change question, context, options or due_on, unless it has been answered or withdrawn."""
        return self._update_if_waiting("decision reworded", by, values)

    def withdraw(self, *, by: User) -> bool:
        return self._update_if_waiting("decision withdrawn", by, {"withdrawn_at": timezone.now()})

    @transaction.atomic
    def _update_if_waiting(self, verb: str, by: User, values: dict[str, Any], **recorded: Any) -> bool:
        """False if the question was already answered or withdrawn."""
        waiting = Decision.objects.filter(pk=self.pk, city=self.city_id, decided_at=None, withdrawn_at=None)
        # The condition is part of the update, so that of two simultaneous writers only one changes the row.
        if not waiting.update(**values):
            return False
        self.refresh_from_db()
        audit.record(verb, by=by, about=self, **recorded)
        return True

    def decide(self, *, option: str, by: User, role: Role, on_behalf_of: User | None = None, comment: str = "") -> bool:
        """Record the first answer; False if there is one already or the question was withdrawn.

        Raises ValidationError for an option the question doesn't have, and PermissionDenied for a delegate in a city
        where delegates can't decide.
        """
        if option not in self.options:
            raise ValidationError(_("Choose one of the options."))
        if role == Role.MAYORS_DELEGATE and not (self.city.delegate_decides and on_behalf_of):
            raise PermissionDenied
        values: dict[str, Any] = {"chosen": option, "comment": comment, "decided_by": by, "decided_as": role}
        values |= {"on_behalf_of": on_behalf_of, "decided_at": timezone.now()}
        return self._update_if_waiting("decision made", by, values, option=option, role=role)
