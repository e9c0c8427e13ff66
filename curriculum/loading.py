"""Loading the curriculum, rubric and target families that ship with the program."""

from pathlib import Path

from django.db import transaction

from accelerator import content_versions
from curriculum.models import ProgramItem, ProgramVersion, RubricCriterion, RubricVersion, TargetFamily

DEFAULTS = Path(__file__).parent / "defaults"


@transaction.atomic
def load_program(path: Path = DEFAULTS / "program.json", targets: Path = DEFAULTS / "targets.json") -> ProgramVersion:
    """Publish the curriculum with its target families; a second call changes nothing."""
    data, digest = content_versions.read(path)
    version, created = content_versions.open_version(ProgramVersion, data, digest, weeks=data["weeks"])
    if created:
        ProgramItem.objects.bulk_create(
            ProgramItem(
                version=version,
                key=row["key"],
                kind=row["kind"],
                role=row.get("role", ""),
                week=row["week"],
                weekday=row["weekday"],
                days=row["days"],
                at=row["time"],
                minutes=row["minutes"],
                titles=row["title"],
                notes=row["note"],
                sections=row["sections"],
                in_person=row["in_person"],
                audience=row["audience"],
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
    """Publish the maturity rubric; a second call changes nothing."""
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
