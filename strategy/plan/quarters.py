"""The plan's twelve quarters in the city's fiscal years: their dates and their words."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.formats import date_format

from accelerator import audit
from accelerator.models import Cohort, User
from cities.models import City
from strategy.plan.models import QUARTERS, quarter_name
from strategy.sections.models import Strategy


def _month(day: date, months: int) -> date:
    """The first of the month that many months after `day`'s."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def default_year(cohort: Cohort, city: City) -> int:
    """The calendar year in which the fiscal year nearest to the cohort's end begins."""
    end = cohort.ends_on
    return min(
        (date(year, city.fiscal_year_start, 1) for year in (end.year, end.year + 1)),
        key=lambda first: abs((first - end).days),
    ).year


def first_day(strategy: Strategy, city: City) -> date:
    """The first day of Y1Q1: `plan_year` is the calendar year in which that fiscal year begins."""
    year = strategy.plan_year or default_year(strategy.cohort, city)
    return date(year, city.fiscal_year_start, 1)


def dates_from(start: date, number: int) -> tuple[date, date]:
    """First and last day of a quarter of a plan whose Y1Q1 begins on `start`."""
    return _month(start, 3 * (number - 1)), _month(start, 3 * number) - timedelta(days=1)


def quarter_dates(strategy: Strategy, city: City, number: int) -> tuple[date, date]:
    """First and last day of a quarter of the plan, 1 (Y1Q1) to 12 (Y3Q4)."""
    return dates_from(first_day(strategy, city), number)


def year_words(city: City, year: int) -> str:
    """ "Jul 2027–Jun 2028": the fiscal year that begins in a calendar year."""
    first = date(year, city.fiscal_year_start, 1)
    return months_words(first, _month(first, 12) - timedelta(days=1))


def quarter_on(strategy: Strategy, city: City, day: date) -> int | None:
    """The plan's quarter that a day falls in; None before Y1Q1 and after Y3Q4."""
    start = first_day(strategy, city)
    number = ((day.year - start.year) * 12 + day.month - start.month) // 3 + 1
    return number if 1 <= number <= QUARTERS else None


def months_words(first: date, last: date) -> str:
    """ "Oct–Dec 2027", or "Dec 2027–Feb 2028" where the quarter spans two years; in the active language."""
    if first.year == last.year:
        return f"{date_format(first, 'M')}–{date_format(last, 'M Y')}"
    return f"{date_format(first, 'M Y')}–{date_format(last, 'M Y')}"


def quarter_words(strategy: Strategy, city: City, number: int | None) -> str:
    """ "Y1Q2 (Oct–Dec 2027)" in the active language; nothing for no quarter."""
    if number is None:
        return ""
    return f"{quarter_name(number)} ({months_words(*quarter_dates(strategy, city, number))})"


def quarter_choices(strategy: Strategy, city: City) -> list[tuple[int, str]]:
    """All twelve quarters with their words, for a form."""
    return [(number, quarter_words(strategy, city, number)) for number in range(1, QUARTERS + 1)]


@transaction.atomic
def set_year(*, strategy: Strategy, city: City, year: int, by: User) -> None:
    """Say in which calendar year the fiscal year of Y1Q1 begins; the quarters' names stay, their months move."""
    Strategy.objects.filter(pk=strategy.pk, city=city).update(plan_year=year)
    strategy.plan_year = year
    audit.record("plan year set", by=by, about=strategy, year=year)
