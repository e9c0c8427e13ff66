"""Which template version a cohort's strategies start with."""

from __future__ import annotations

from django.db import transaction

from accelerator import audit
from accelerator.models import Cohort, User
from strategy.template.models import CohortTemplate, TemplateVersion


@transaction.atomic
def pin_template(*, cohort: Cohort, version: TemplateVersion, by: User | None) -> None:
    """Make new strategies in this cohort use this version; existing ones stay on theirs."""
    CohortTemplate.objects.update_or_create(cohort=cohort, defaults={"version": version})
    audit.record("template pinned", by=by, about=cohort, version=str(version))
