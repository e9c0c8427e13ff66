"""The mayor is named with the title that is stored, on the pages about decisions and offices."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accelerator import rls
from cities import mayors
from cities.models import Role
from tests.clients import main_text

pytestmark = pytest.mark.django_db
TITLE = "Presidenta municipal"


@pytest.fixture
def titled(cast):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.mayor).update(title=TITLE)
        cast.tulsa.officeholder_set.filter(user=cast.mayor).update(title=TITLE)
    return cast


def test_the_latest_mayor_is_named_with_the_title(titled):
    with rls.every_city():
        mayor = mayors.mayor_of(titled.tulsa)
        assert mayors.with_title(mayor, "en") == f"{titled.mayor} ({TITLE})"
        with translation.override("es"):
            assert mayors.with_title(mayor, "en").__html__() == f'{titled.mayor} (<span lang="en">{TITLE}</span>)'
        mayor.title = ""
        assert mayors.with_title(mayor, "en") == str(titled.mayor)
        members = list(titled.tulsa.membership_set.active())
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
