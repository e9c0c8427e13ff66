"""A city's own settings: saved and recorded, the lead's and the program's to change."""

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent
from cities.models import City
from tests.cast import STRANGERS
from tests.clients import edit

OUTSIDE = ["lead", "mayor", "guest", "funder", "other_lead", "nobody"]


def settings_of(city):
    return reverse("dashboards:city-settings", args=[city.slug])


SETTINGS = {
    "language": "es",
    "paper": "a4",
    "currency": "MXN",
    "fiscal_year_start": "10",
    "time_zone": "America/Denver",
}


def test_a_citys_settings_are_saved_and_recorded(cast, as_):
    answer = edit(as_(cast.lead), settings_of(cast.tulsa), {**SETTINGS, "delegate_decides": "on"})
    assert answer["Location"] == settings_of(cast.tulsa)
    with rls.every_city():
        city = City.objects.get(pk=cast.tulsa.pk)
        event = AuditEvent.objects.get(verb="city settings changed")
    assert city.currency == "MXN"
    assert (city.language, city.paper, city.fiscal_year_start, city.time_zone, city.delegate_decides) == (
        "es",
        "a4",
        10,
        "America/Denver",
        True,
    )
    assert (event.city_id, event.data["language"]) == (city.pk, "es")


def test_settings_are_the_leads_and_the_programs(cast, as_):
    for person in ("admin", "lead"):
        assert as_(getattr(cast, person)).get(settings_of(cast.tulsa)).status_code == 200
    for person in ("coach", "member", "mayor", "delegate", "guest"):
        assert as_(getattr(cast, person)).get(settings_of(cast.tulsa)).status_code == 403
    for person in ("funder", *STRANGERS):
        assert as_(getattr(cast, person)).get(settings_of(cast.tulsa)).status_code == 404
    assert as_(cast.lead).get(settings_of(cast.rosario)).status_code == 404


@pytest.mark.parametrize(
    "changes", [{"language": "xx"}, {"fiscal_year_start": "13"}, {"time_zone": "Mars"}, {"currency": "XXX"}]
)
def test_wrong_settings_change_nothing(cast, as_, changes):
    answer = edit(as_(cast.lead), settings_of(cast.tulsa), {**SETTINGS, **changes})
    assert "Select a valid choice." in answer.content.decode()
    with rls.every_city():
        assert City.objects.get(pk=cast.tulsa.pk).language == "en"
