"""The zones to choose from: few, by country, in the reader's language."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.utils import translation

from accelerator import zones
from accelerator.naming import normalize
from cities.world import country_name
from cities.zones import zone_choices


def by_country(current="America/Chicago"):
    return dict(zone_choices(current))


def test_zone_choices_are_grouped_by_country_in_alphabetical_order():
    names = list(by_country())
    assert names == sorted(names, key=normalize)
    assert {"Brazil", "Mexico", "United States"} <= set(names)
    assert [zone for zone, _label in by_country()["Brazil"]][0] == "America/Sao_Paulo"


@pytest.mark.parametrize("country", zones.CHOICES)
def test_zones_of_one_country_exist_and_no_two_keep_the_same_clock(country):
    clocks = {
        zone: tuple(datetime(2027, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
        for zone in zones.CHOICES[country]
    }
    assert set(clocks) <= available_timezones()
    assert len(set(clocks.values())) == len(clocks)
    assert country_name(country) != country


@pytest.mark.parametrize(
    ("language", "country", "labels"),
    [
        (
            "en",
            "United States",
            {"America/Chicago": "Central time (Chicago)", "America/Phoenix": "Arizona time (Phoenix)"},
        ),
        ("es", "Estados Unidos", {"America/New_York": "Nueva York", "America/Los_Angeles": "Los Ángeles"}),
        ("pt-br", "Estados Unidos", {"America/New_York": "Nova York"}),
        ("pt-br", "Brasil", {"America/Sao_Paulo": "Brasília", "America/Noronha": "Fernando de Noronha"}),
        ("es", "México", {"America/Mexico_City": "Ciudad de México", "America/Cancun": "Cancún"}),
    ],
)
def test_zone_choices_speak_the_readers_language(language, country, labels):
    with translation.override(language):
        assert labels.items() <= dict(by_country()[country]).items()


@pytest.mark.parametrize(
    ("stored", "label"),
    [
        ("America/Indiana/Indianapolis", "Eastern time (Indianapolis)"),
        ("America/Recife", "Recife"),
        ("Asia/Tokyo", "Tokyo"),
        ("UTC", "UTC"),
    ],
)
def test_zone_choices_begin_with_a_stored_zone_that_is_not_offered(stored, label):
    choices = zone_choices(stored)
    assert choices[0] == (stored, label)
    assert choices[1:] == zone_choices("America/Chicago")


def test_no_zone_is_offered_twice():
    offered = [zone for names in zones.CHOICES.values() for zone in names]
    assert len(offered) == len(set(offered))
