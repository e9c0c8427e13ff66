"""The default strategy template and policy types, as data."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accelerator import content_versions
from strategy.template.models import PolicyType, PolicyTypeVersion, TemplateSection, TemplateVersion

DEFAULTS = Path(__file__).parent.parent / "defaults"
TEMPLATE = DEFAULTS / "template.json"
POLICY_TYPES = DEFAULTS / "policy_types.json"


@transaction.atomic
def load(path: Path = TEMPLATE) -> TemplateVersion:
    """Publish the template file as its version; idempotent."""
    data, digest = content_versions.read(path)
    version, created = content_versions.open_version(TemplateVersion, data, digest, published_at=None)
    if created:
        TemplateSection.objects.bulk_create(
            TemplateSection(
                version=version,
                position=position,
                key=row["key"],
                number=str(row["number"]),
                component=row["component"],
                required=row["required"],
                words_min=row["words_min"],
                words_max=row["words_max"],
                due_week=row["due_week"],
                titles=row["title"],
                purposes=row["purpose"],
                prompts=row["prompts"],
                goods=row["good"],
                parts=row.get("parts", []),
                role=row.get("role", ""),
                synonyms=row.get("synonyms", {}),
            )
            for position, row in enumerate(data["sections"])
        )
        # Last: the database accepts no sections in a published version.
        version.published_at = timezone.now()
        version.save(update_fields=["published_at"])
    return version


@transaction.atomic
def load_policy_types(path: Path = POLICY_TYPES) -> PolicyTypeVersion:
    """Publish the policy types file as its version; idempotent."""
    data, digest = content_versions.read(path)
    version, created = content_versions.open_version(PolicyTypeVersion, data, digest)
    if created:
        PolicyType.objects.bulk_create(
            PolicyType(version=version, position=position, key=row["key"], titles=row["title"], purposes=row["purpose"])
            for position, row in enumerate(data["types"])
        )
    return version
