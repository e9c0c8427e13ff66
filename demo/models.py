from __future__ import annotations

from django.db import models

from accelerator.models import User


class FictionalPerson(models.Model):
    """One click signs in as this user, and as no one else."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)

    def __str__(self) -> str:
        return str(self.user)
