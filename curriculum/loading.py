"""Loads the default curriculum, rubric and target families."""

from pathlib import Path

from django.db import transaction

from accelerator import content_versions
from curriculum.models import ProgramItem, ProgramVersion, RubricCriterion, RubricVersion, TargetFamily

DEFAULTS = Path(__file__).parent / "defaults"
# Fields with the same name in program.json and in the table.
_COPIED = ("key", "kind", "week", "weekday", "days", "minutes", "sections", "in_person", "audience")


@transaction.atomic
def load_program(path: Path = DEFAULTS / "program.json", targets: Path = DEFAULTS / "targets.json") -> ProgramVersion:
    """Publish the curriculum with its target families."""
    # An existing version is left alone: cohorts have pinned it. A changed file needs a new number.
    data, digest = content_versions.read(path)
    version, created = content_versions.open_version(ProgramVersion, data, digest, weeks=data["weeks"])
    if created:
        ProgramItem.objects.bulk_create(
            ProgramItem(
                version=version,
                **{name: row[name] for name in _COPIED},
                role=row.get("role", ""),
                at=row["time"],
                titles=row["title"],
                notes=row["note"],
            )
            for row in data["items"]
        )
        families, _ = content_versions.read(targets)
        TargetFamily.objects.bulk_create(
            TargetFamily(version=version, code=row["code"], titles=row["title"], examples=row["example"])
            for row in families["families"]
        )
    return version


@transaction.atomic
def load_rubric(path: Path = DEFAULTS / "rubric.json") -> RubricVersion:
    data, digest = content_versions.read(path)
    version, created = content_versions.open_version(RubricVersion, data, digest)
    if created:
        RubricCriterion.objects.bulk_create(
            RubricCriterion(
                version=version,
                position=position,
                code=row["code"],
                component=row["component"],
                titles=row["title"],
                levels=row["levels"],
            )
            for position, row in enumerate(data["criteria"])
        )
    return version
