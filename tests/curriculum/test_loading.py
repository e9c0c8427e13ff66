"""Publishing the curriculum and rubric that ship, and giving them to a cohort."""

import json
from datetime import date, time, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from accelerator.models import AuditEvent, Cohort
from curriculum import loading
from curriculum.actions import TOGETHER, pin_program
from curriculum.models import CohortProgram, ItemKind, ItemRole, ProgramItem, ProgramVersion, Session

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 1, 5)


def content(name):
    return json.loads((loading.DEFAULTS / name).read_text(encoding="utf-8"))


@pytest.fixture
def written(tmp_path):
    """`written(name, data)`: a file of content with this in it."""

    def write(name, data, **layout):
        path = tmp_path / name
        path.write_text(json.dumps(data, **layout), encoding="utf-8")
        return path

    return write


@pytest.fixture
def cohort():
    return Cohort.objects.create(name="Spring", slug="spring", kickoff=MONDAY, time_zone="America/Bogota")


def pin(cohort):
    pin_program(cohort=cohort, program=loading.load_program(), rubric=loading.load_rubric(), by=None)


def test_loaded_program_holds_every_item_and_target_of_the_files():
    version = loading.load_program()
    rows = {row["key"]: row for row in content("program.json")["items"]}
    assert set(version.items.values_list("key", flat=True)) == set(rows)
    for item in version.items.all():
        row = rows[item.key]
        assert (item.kind, item.week, item.weekday) == (row["kind"], row["week"], row["weekday"])
        assert item.at == (time.fromisoformat(row["time"]) if row["time"] else None)
        assert (item.titles, item.notes, item.role) == (row["title"], row["note"], row.get("role", ""))
    families = content("targets.json")["families"]
    assert list(version.target_families.values_list("code", flat=True)) == sorted(row["code"] for row in families)
    assert version.published_at is not None


def test_loaded_rubric_holds_four_levels_a_criterion_in_the_order_of_the_file():
    rubric = loading.load_rubric()
    codes = [row["code"] for row in content("rubric.json")["criteria"]]
    assert [criterion.code for criterion in rubric.criteria.all()] == codes
    for language in ("en", "es", "pt-br"):
        with translation.override(language):
            assert {len(criterion.texts) for criterion in rubric.criteria.all()} == {4}
            assert all(criterion.title for criterion in rubric.criteria.all())


def test_load_twice_publishes_once():
    first = loading.load_program()
    items = set(first.items.values_list("pk", flat=True))
    assert loading.load_program() == first
    assert set(first.items.values_list("pk", flat=True)) == items
    assert loading.load_rubric() == loading.load_rubric()


def test_load_with_other_white_space_is_the_same_version(written):
    first = loading.load_program()
    assert loading.load_program(written("program.json", content("program.json"), indent=7)) == first


def test_load_of_changed_content_under_a_published_number_is_refused(written):
    loading.load_program()
    data = content("program.json")
    data["items"][0]["week"] = 2
    with pytest.raises(RuntimeError, match="version 1 is published and never changes"):
        loading.load_program(written("program.json", data))
    assert ProgramItem.objects.get(key=data["items"][0]["key"]).week == 1


def test_load_of_changed_content_under_a_new_number_keeps_the_old_version(written):
    first = loading.load_program()
    data = content("program.json")
    data["version"], data["weeks"], data["items"] = 2, 30, data["items"][:3]
    second = loading.load_program(written("program.json", data))
    assert (second.number, second.weeks, second.items.count()) == (2, 30, 3)
    assert first.items.count() == len(content("program.json")["items"])
    assert list(ProgramVersion.objects.all()) == [second, first]


def test_load_of_a_broken_item_publishes_nothing(written):
    data = content("program.json")
    data["items"][0]["weekday"] = 7
    with pytest.raises(IntegrityError), transaction.atomic():
        loading.load_program(written("program.json", data))
    assert not ProgramVersion.objects.exists()


def test_version_has_one_item_a_role():
    version = loading.load_program()
    for role in ItemRole:
        item = version.items.get(role=role)
        assert item.kind == ItemKind.MAYOR
        with pytest.raises(IntegrityError), transaction.atomic():
            ProgramItem.objects.create(
                version=version, key=f"second-{role}", kind=ItemKind.MAYOR, role=role, week=1, titles={"en": "x"}
            )


def test_command_publishes_all_content_and_may_be_repeated(capsys):
    call_command("load_defaults")
    printed = capsys.readouterr().out
    assert printed.count(" is published\n") == 4
    assert "accelerator-26-weeks version 1 is published\n" in printed
    versions = ProgramVersion.objects.count()
    call_command("load_defaults")
    assert capsys.readouterr().out == printed
    assert ProgramVersion.objects.count() == versions


def test_pinned_program_plans_what_all_attend_together_at_a_time(cohort):
    pin(cohort)
    items = ProgramVersion.objects.get().items.filter(kind__in=TOGETHER).exclude(at=None)
    sessions = {session.item: session for session in cohort.session_set.select_related("item")}
    assert set(sessions) == set(items)
    for item, session in sessions.items():
        assert session.on == MONDAY + timedelta(days=7 * (item.week - 1) + item.weekday)
        assert (session.at, session.time_zone) == (item.at, "America/Bogota")
        assert session.minutes == (item.minutes or 60)
        assert session.starts_at.hour == item.at.hour + 5, "Bogota is five hours behind UTC all year"


def test_program_pinned_again_leaves_moved_and_canceled_sessions(cohort):
    pin(cohort)
    moved = cohort.session_set.first()
    moved.on, moved.at = moved.on + timedelta(days=1), time(9, 30)
    moved.save()
    count = cohort.session_set.count()
    pin(cohort)
    moved.refresh_from_db()
    assert (moved.at, cohort.session_set.count()) == (time(9, 30), count)
    assert CohortProgram.objects.filter(cohort=cohort).count() == 1


def test_pinning_is_on_record_with_the_versions_name(cohort, every_city):
    pin(cohort)
    event = AuditEvent.objects.get(verb="program pinned")
    assert (event.object_id, event.data) == (str(cohort.pk), {"version": str(ProgramVersion.objects.get())})


def test_saved_session_follows_its_wall_time_over_the_clock_change(cohort):
    pin(cohort)
    session = cohort.session_set.first()
    session.time_zone = "America/New_York"
    hours = []
    for day in (date(2026, 3, 7), date(2026, 3, 8)):  # clocks are put forward in the night between
        session.on, session.at = day, time(14)
        session.save()
        hours.append(Session.objects.get(pk=session.pk).starts_at.hour)
    assert hours == [19, 18]


def test_session_shows_its_start_on_the_cohorts_clock(cohort):
    session = Session(cohort=cohort, on=MONDAY, at=time(23, 30), time_zone="America/Los_Angeles")
    session.derive()
    assert session.starts_local.replace(tzinfo=None).isoformat() == "2026-01-06T02:30:00"


def test_titles_are_in_the_readers_language_and_else_in_english():
    item = ProgramItem(titles={"en": "Keynote", "es": "Conferencia"}, notes={})
    for language, title in (("en", "Keynote"), ("es", "Conferencia"), ("es-mx", "Conferencia"), ("pt-br", "Keynote")):
        with translation.override(language):
            assert (str(item), item.note) == (title, "")
