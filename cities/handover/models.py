"""What a person who left was responsible for, and to whom it went: the record that an undo and a successor read."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone

from accelerator.models import User
from cities.roles import Role

UNDO_FOR = timedelta(days=1)


class HandoverQuerySet(models.QuerySet["Handover"]):
    def undoable(self) -> Self:
        return self.filter(undone_at=None, at__gt=timezone.now() - UNDO_FOR)

    def with_open_items(self) -> Self:
        """Those with items that went to no one."""
        return self.filter(undone_at=None, items__contains=[{"to": None}])


class Handover(models.Model):
    """One person's items in one city, handed on when their role ended. Ending a role in the program makes one row a
    city and one without a city, with the same `batch`.
    """

    city = models.ForeignKey("cities.City", models.CASCADE, null=True)
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    batch = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    # What an undo restores: the former end date of a membership; by ID, assignments that ended, and those made or
    # moved to an earlier day instead.
    before = models.JSONField(default=dict)
    # {"kind": "section", "pk": 7, "to": a person's ID or null}; "kept" if that person had it anyway.
    items = models.JSONField(default=list)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["city", "-at"])]

    def __str__(self) -> str:
        return f"items of {self.person_id}"

    @property
    def is_undoable(self) -> bool:
        return self.undone_at is None and self.at > timezone.now() - UNDO_FOR

    @property
    def gives_access_back(self) -> bool:
        """Whether an undo restores a role, not only items: someone's access may have ended by itself before."""
        return self.city_id is None or "until" in self.before

    @property
    def open_items(self) -> list[dict[str, Any]]:
        """The items that went to no one."""
        return [item for item in self.items if item["to"] is None]
