"""The plan's twelve quarters in the city's fiscal years: dates and names."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.shortcuts import get_object_or_404

from accelerator import audit, formats
from accelerator.models import Cohort, User
from cities.models import City
from strategy.plan.models import QUARTERS
from strategy.sections.models import Strategy


def _first_of_month(day: date, months: int) -> date:
    """The first of the month this many months after `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def strategy_of(city: City) -> Strategy:
    """404 for a city without a strategy."""
    # Load the cohort too: the quarters' dates depend on its end.
    return get_object_or_404(Strategy.objects.select_related("cohort"), city=city)


def default_year(cohort: Cohort, city: City) -> int:
    """The calendar year in which the fiscal year nearest to the cohort's end starts."""
    # A plan starts when the program ends, but no city starts one in the middle of its budget year.
    end = cohort.ends_on
    starts = [date(year, city.fiscal_year_start, 1) for year in (end.year, end.year + 1)]
    return min(starts, key=lambda first: abs((first - end).days)).year


def first_day(strategy: Strategy, city: City) -> date:
    """The first day of Y1Q1: `plan_year` is the calendar year in which that fiscal year starts."""
    year = strategy.plan_year or default_year(strategy.cohort, city)
    return date(year, city.fiscal_year_start, 1)


def dates_from(start: date, number: int) -> tuple[date, date]:
    """The first and last day of a quarter in a plan whose Y1Q1 starts on `start`."""
    return _first_of_month(start, 3 * (number - 1)), _first_of_month(start, 3 * number) - timedelta(days=1)


def quarter_dates(strategy: Strategy, city: City, number: int) -> tuple[date, date]:
    return dates_from(first_day(strategy, city), number)


def year_label(city: City, year: int) -> str:
    """ "Jul 2027–Jun 2028": the fiscal year that starts in a calendar year."""
    first = date(year, city.fiscal_year_start, 1)
    return formats.months(first, _first_of_month(first, 12) - timedelta(days=1))


def quarter_on(strategy: Strategy, city: City, day: date) -> int | None:
    """The plan's quarter that contains a date; None before Y1Q1 and after Y3Q4."""
    place = position(first_day(strategy, city), day)
    return int(place) if place else None


def position(start: date, day: date) -> float | None:
    """The position of a date among the quarters of a plan that starts on `start`: 1.5 is the middle of Y1Q1."""
    for number in range(1, QUARTERS + 1):
        first, last = dates_from(start, number)
        if first <= day <= last:
            return number + (day - first).days / ((last - first).days + 1)
    return None


def label_from(start: date, number: int | None) -> str:
    """ "Y1Q2 (Oct–Dec 2027)" in the active language, for a plan that starts on `start`; "" without a quarter."""
    return f"{formats.quarter(number)} ({formats.months(*dates_from(start, number))})" if number else ""


def quarter_label(strategy: Strategy, city: City, number: int | None) -> str:
    return label_from(first_day(strategy, city), number)


def quarter_choices(strategy: Strategy, city: City) -> list[tuple[int, str]]:
    return [(number, quarter_label(strategy, city, number)) for number in range(1, QUARTERS + 1)]


@transaction.atomic
def set_year(*, strategy: Strategy, city: City, year: int, by: User) -> None:
    # Actions store quarter numbers, so their names stay the same while their months move.
    Strategy.objects.filter(pk=strategy.pk, city=city).update(plan_year=year)
    strategy.plan_year = year
    audit.record("plan year set", by=by, about=strategy, year=year)
