"""What is frozen or append-only is so in the database: by trigger or by policy, whatever the code does."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.texts import saving
from coaching.models import PrivateNoteRevision, SharedNoteRevision
from strategy.models import PublicSeal, PublicStrategy, SectionRevision, Signature, StrategyVersion, VersionPart
from strategy.publication import progress
from tests.guards.world import fill

pytestmark = pytest.mark.django_db
FROZEN = [SectionRevision, SharedNoteRevision, PrivateNoteRevision, StrategyVersion, PublicSeal, PublicStrategy]


@pytest.fixture
def world(cast):
    fill(cast)
    with rls.every_city():
        yield cast


def execute(statement, values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount, "the table has no row to refuse"


def refused(statement, *values):
    with pytest.raises(IntegrityError, match="frozen|never deleted|set once"):
        execute(statement, values)


def other_value(field):
    """SQL for another value of the field's own type."""
    kind = field.get_internal_type()
    fixed = {"JSONField": "'[1]'", "DateTimeField": "now()", "DateField": "current_date"}
    if kind in {"CharField", "TextField", "SlugField"}:
        return f"left('x' || \"{field.column}\", 20)"
    return fixed.get(kind, f'coalesce("{field.column}", 0) + 1')


@pytest.mark.parametrize("model", FROZEN)
def test_no_row_is_deleted_and_no_column_changes_but_those_named(world, model):
    table = model._meta.db_table
    refused(f'delete from "{table}"')
    free = {*model.changeable, *getattr(model, "set_once", ())}
    fields = {field.column: field for field in model._meta.concrete_fields}
    assert free < set(fields)
    for column in sorted(set(fields) - free - {"id"}):
        refused(f'update "{table}" set "{column}" = {other_value(fields[column])}')


def test_files_of_a_version_and_a_seal_are_set_once(world):
    for model, columns in ((StrategyVersion, ["pdf", "pdf_sha256"]), (PublicSeal, ["pdf_sha256"])):
        for column in columns:
            model.objects.filter(**{column: ""}).update(**{column: "first"})
            refused(f'update "{model._meta.db_table}" set "{column}" = %s', "second")
            refused(f'update "{model._meta.db_table}" set "{column}" = %s', "")


def test_state_of_a_version_and_what_a_public_page_adds_still_change(world):
    assert StrategyVersion.objects.update(state_at=timezone.now())
    assert PublicSeal.objects.update(state="superseded")
    assert PublicStrategy.objects.update(summary="Shorter")
    progress.refresh_progress(world.tulsa)


def test_writing_goes_on_beside_frozen_revisions(world):
    section = world.tulsa.section_set.get(key="vision")
    before = section.revisions.count()
    saving.save(section, html="<p>More</p>", base=section.revision, by=world.lead)
    assert section.revisions.count() == before + 1


@pytest.mark.parametrize("model", [Signature, VersionPart, AuditEvent])
def test_ledgers_are_neither_changed_nor_deleted(world, model):
    assert model.objects.count()
    assert model._base_manager.update(city_id=world.tulsa.pk) == 0
    with connection.cursor() as cursor:
        cursor.execute(f'delete from "{model._meta.db_table}"')
        assert cursor.rowcount == 0
