"""Guards over the registry: what no one should have to remember."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.urls import URLPattern, URLResolver, get_resolver

from accelerator.celery import celery_app
from cities.models import City

HOUSE = ["accelerator", "cities", "strategy", "curriculum", "coaching", "convenings", "dashboards", "reminders", "demo"]
FLOOR = {
    "accelerator": 0,
    "cities": 1,
    "strategy": 2,
    "curriculum": 3,
    "coaching": 4,
    "convenings": 4,
    "dashboards": 5,
    "reminders": 5,
    "demo": 5,
}
# They determine the scope, so they are outside the wall.
BEFORE_THE_WALL = {"cities_membership", "cities_enrollment", "cities_coachassignment", "cities_invitation"}
# Only the program's side reads these.
PRIVATE = {"coaching_privatenote", "coaching_privatenoterevision", "coaching_privatenotedraft"}
# Whether the process works must be reported without a scope, from accelerator/.
PLAIN_VIEWS = {"accelerator.health.process", "accelerator.health.ready"}
# Tasks without a city as their first argument, and why.
PLAIN_TASKS = {
    "accelerator.tasks.deliver": "a mail belongs to a person",
    "accelerator.tasks.deliver_waiting": "walks the mail queue",
    "accelerator.tasks.forget_sent_forms": "walks the keys of forms",
    "reminders.tasks.tick": "the clock reads every city",
    "strategy.tasks.requeue_silent": "walks the leases of every city",
    "strategy.tasks.update_signed_strategies": "walks every city with a signed strategy",
}


def house_models():
    return [model for model in apps.get_models() if model._meta.app_label in HOUSE]


def city_models():
    """Models with a city's rows: a foreign key named city, or the city itself."""
    return [
        model
        for model in house_models()
        if model is City or any(f.name == "city" and f.is_relation for f in model._meta.concrete_fields)
    ]


def views(patterns=None, prefix=""):
    """Every URL and its view, including the demo's."""
    for entry in patterns if patterns is not None else get_resolver("demo.urls").url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def name_of(view):
    view = getattr(view, "view_class", view)
    return f"{view.__module__}.{view.__qualname__}"


def test_every_view_carries_one_of_the_six_decorators():
    bare = {name_of(view) for _, view in views() if not hasattr(view, "access")}
    assert bare == PLAIN_VIEWS
    kinds = {view.access.kind for _, view in views() if hasattr(view, "access")}
    assert kinds <= {"city", "cohort", "staff", "person", "token", "public"}


def test_a_city_view_takes_the_city_from_the_address():
    for route, view in views():
        if hasattr(view, "access") and view.access.kind in {"city", "cohort"}:
            assert f"<slug:{view.access.kind}>" in route, route


@pytest.mark.django_db
def test_every_table_with_a_citys_rows_has_a_policy():
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_class c join pg_policy p on p.polrelid = c.oid "
            "where c.relrowsecurity and c.relforcerowsecurity"
        )
        walled = {name for (name,) in cursor.fetchall()}
    tables = {model._meta.db_table for model in city_models()}
    assert tables - walled == BEFORE_THE_WALL
    # The audit may name a city, and a digest's text may hold the words of several.
    assert walled - tables == {
        "accelerator_auditevent",
        "accelerator_email",
        "strategy_peersection",  # `owner`: its peers read it too
        "strategy_peercomment",
    }


@pytest.mark.django_db
def test_private_tables_require_the_programs_side():
    with connection.cursor() as cursor:
        cursor.execute("select tablename, qual from pg_policies where policyname = 'wall'")
        policies = dict(cursor.fetchall())
    assert policies.keys() >= PRIVATE
    for table, condition in policies.items():
        assert ("'city'" not in condition) == (table in PRIVATE), table


@pytest.mark.django_db
def test_a_child_and_its_parent_have_the_same_city():
    """Foreign keys bypass policies: each one between city tables is paired with one that includes the city."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, a.attname from pg_constraint k "
            "join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[2] "
            "where contype = 'f' and array_length(conkey, 1) = 2"
        )
        held = set(cursor.fetchall())
    tables = city_models()
    wanted = {
        (model._meta.db_table, field.column)
        for model in tables
        for field in model._meta.concrete_fields
        if field.is_relation and field.name != "city" and field.related_model in tables
    }
    assert wanted | {("cities_enrollment", "time_zone")} == held


# A random code is one of a kind in the whole program: it is looked up without knowing the city.
KNOWN_BY_CODE = {"strategy_version_code", "public_seal_code"}


def test_city_is_part_of_every_unique_constraint():
    for model in city_models():
        if model is City or model._meta.db_table == "reminders_due":  # its key is the rule's object and the person
            continue
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.name not in KNOWN_BY_CODE:
                assert "city" in constraint.fields, f"{model.__name__}.{constraint.name}"


def test_every_task_starts_at_a_city_or_says_why_not():
    celery_app.loader.import_default_modules()
    ours = {name: task for name, task in celery_app.tasks.items() if name.split(".")[0] in HOUSE}
    plain = {name for name, task in ours.items() if not hasattr(task.run, "access")}
    assert plain == set(PLAIN_TASKS)


def test_foreign_keys_point_down_the_floors():
    for model in house_models():
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is not None and target._meta.app_label in FLOOR:
                here, there = model._meta.app_label, target._meta.app_label
                assert here == there or FLOOR[there] < FLOOR[here], f"{model.__name__}.{field.name}"


# Which modules can use the managers of tables outside the wall; all others start from a city or a cohort.
READERS = {
    "cities/access.py": "decides the scope",
    "cities/with_access.py": "who may sign in, before anyone has",
    "cities/people/colleagues.py": "which cities have no coach: a program admin's question",
    "cities/models.py": "the city's zone, for the day on which a part ends",
    "cities/participation.py": "locks the one row that it changes",
    "dashboards/board/others.py": "the other cohorts of the cities that a cohort's page lists",
    "dashboards/cohorts/touched.py": "tries a change on the one row that a page asks about",
    "cities/offices/models.py": "whether an officeholder is still on the city's team",
    "dashboards/board/status.py": "leads and coaches of the cities on the board, which its caller's scope named",
    "dashboards/directory/listing.py": "everyone of a cohort: a program admin's question",
    "dashboards/invitations/actions.py": "who of a cohort was Not invited yet: a program admin's question",
    "demo/people.py": "the demonstration's own people",
    "reminders/rules/rule.py": "the running enrollment of each row's own city",
}
_MANAGER = re.compile(r"\b(Membership|Enrollment|CoachAssignment|Invitation)\.objects\.\w+\(")


def test_the_tables_before_the_wall_are_read_in_one_place():
    root = Path(settings.BASE_DIR)
    found = {
        path.relative_to(root).as_posix()
        for app in HOUSE
        for path in (root / app).rglob("*.py")
        if _MANAGER.search(path.read_text(encoding="utf-8"))
    }
    allowed = set(READERS)
    assert found == allowed, "start at the city, or add the file with a reason; a stale line goes"


def test_the_admin_site_and_signals_are_not_used():
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    for app in HOUSE:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "post_save" not in text, path
            assert "pre_save" not in text, path


def sources():
    """Our own Python files, except migrations."""
    root = Path(settings.BASE_DIR)
    return [path for app in HOUSE for path in (root / app).rglob("*.py") if path.parent.name != "migrations"]


def test_files_stay_readable():
    """No file over 400 lines: split it by page or subject first."""
    long = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {path: lines for path, lines in long.items() if lines > 400} == {}


def test_a_folder_is_named_and_not_programmed():
    """`__init__.py` contains at most a docstring: code belongs in a file named after its subject."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources() if path.name == "__init__.py"}
    assert [path for path, tree in trees.items() if len(tree.body) > bool(ast.get_docstring(tree))] == []


def test_few_environment_variables():
    from accelerator.environment import VARIABLES  # noqa: PLC0415 - the one test that needs it

    assert len(VARIABLES) <= 25
