"""The mayor is named with the title that is stored, on the pages about decisions and offices."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accelerator import rls
from cities import mayors
from cities.actions import add_member
from cities.models import Decision, Office, Officeholder, Role
from dashboards.board.status import statuses
from tests.clients import main_text

pytestmark = pytest.mark.django_db
TITLE = "Presidenta municipal"


@pytest.fixture
def titled(cast):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.mayor).update(title=TITLE)
        cast.tulsa.officeholder_set.filter(user=cast.mayor).update(title=TITLE)
    return cast


@pytest.fixture
def second(cast):
    """A second mayor by role, added later and not confirmed."""
    with rls.every_city():
        added = add_member(city=cast.tulsa, email="second@tulsa.gov", name="Second Mayor", role=Role.MAYOR, by=None)
    return added.user


def test_pages_name_the_confirmed_mayor_and_not_one_added_later(titled, as_, second):
    cohort, city = titled.cohort, titled.tulsa
    with rls.every_city():
        city.decision_set.create(
            question="Q", context="C", options=["Yes"], due_on=cohort.today() - timedelta(days=1), asked_by=titled.lead
        )
    name = f"{titled.mayor} ({TITLE})"
    assert name in main_text(as_(titled.lead).get(reverse("cities:decisions", args=["tulsa-us"])))
    home = main_text(as_(titled.lead).get(reverse("dashboards:city", args=["tulsa-us"]))).split("Needs your", 1)[1]
    assert name in home.split("Dates", 1)[0]
    assert f"A decision by {name}" in main_text(as_(titled.admin).get(reverse("dashboards:cohort", args=[cohort.slug])))
    with rls.every_city():
        assert mayors.mayor_of(city).user == titled.mayor
        assert statuses(cohort, [city.pk])[0].mayor.user == titled.mayor
        city.officeholder_set.update(ended_at=timezone.now())
        assert mayors.mayor_of(city).user == second  # no one is confirmed: by role
        assert statuses(cohort, [city.pk])[0].mayor.user == second


def test_a_decision_shows_the_title_confirmed_when_it_was_made(titled):
    city, now = titled.tulsa, timezone.now()
    with rls.every_city():
        city.officeholder_set.filter(user=titled.mayor).update(title="Acting mayor", ended_at=now - timedelta(days=10))
        term = Officeholder(
            city=city, user=titled.mayor, office=Office.MAYOR, name="Mayor", title=TITLE, email=titled.mayor.email
        )
        term.confirmed_at, term.confirmed_for = now - timedelta(days=5), Officeholder.Side.GOVEX
        term.save()
        made = [Decision(city=city, decided_by=titled.mayor, decided_at=now - timedelta(days=d)) for d in (20, 7, 1)]
        mayors.set_titles(city, made)
    assert [decision.mayors_title for decision in made] == ["Acting mayor", "", TITLE]


def test_the_latest_mayor_is_named_with_the_title(titled):
    with rls.every_city():
        mayor = mayors.mayor_of(titled.tulsa)
        assert mayors.with_title(mayor, "en") == f"{titled.mayor} ({TITLE})"
        with translation.override("es"):
            assert mayors.with_title(mayor, "en").__html__() == f'{titled.mayor} (<span lang="en">{TITLE}</span>)'
        mayor.title = ""
        assert mayors.with_title(mayor, "en") == str(titled.mayor)
        members = list(titled.tulsa.membership_set.active().select_related("user"))
        assert mayors.latest(members).user == titled.mayor
        assert mayors.with_title(mayors.latest([m for m in members if m.role != Role.MAYOR]), "en") == ""


def test_decisions_name_the_mayor_with_the_title(titled, as_):
    with rls.every_city():
        row = titled.tulsa.decision_set.create(
            question="Q", context="C", options=["Yes"], due_on=titled.cohort.today(), asked_by=titled.lead
        )
    browser = as_(titled.lead)
    page = main_text(browser.get(reverse("cities:decisions", args=["tulsa-us"])))
    assert f"{titled.mayor} ({TITLE}) has one question to answer." in page
    page = main_text(browser.get(reverse("cities:decision", args=["tulsa-us", row.pk])))
    assert f"{titled.mayor} ({TITLE}) will answer this question here." in page
    with rls.every_city():
        type(row).objects.update(
            decided_at=timezone.now(), decided_by=titled.mayor, decided_as=Role.MAYOR, chosen="Yes"
        )
    for name, args in (("decisions", []), ("decision", [row.pk])):
        page = main_text(browser.get(reverse(f"cities:{name}", args=["tulsa-us", *args])))
        assert f"{titled.mayor}, {TITLE}," in page


def test_offices_and_the_citys_home_show_the_title_and_not_the_role(titled, as_):
    browser = as_(titled.lead)
    assert f"{titled.mayor} , mayor {TITLE}" in main_text(browser.get(reverse("cities:offices", args=["tulsa-us"])))
    home = main_text(browser.get(reverse("dashboards:city", args=["tulsa-us"])))
    assert f"{TITLE} mayor" not in home
    assert TITLE in home
