from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accelerator.models import Cohort
from cities.roles import Role


class InvitationText(models.Model):
    """A cohort's own text for the invitations of a role in a language; without one, the default text goes out."""

    cohort = models.ForeignKey(Cohort, models.CASCADE)
    role = models.CharField(max_length=20, choices=Role)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"), max_length=4000)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "role", "language"], name="invitation_text_once")]

    def __str__(self) -> str:
        return f"{self.role} {self.language}"
