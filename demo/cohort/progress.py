"""Mérida signed weeks ago: its texts are older, a quarter has ended since, and most owners have answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

from accelerator.models import User
from demo.cohort.story import Story
from strategy.models import Section, SectionRevision, StatusRequest
from strategy.plan import quarters
from strategy.publication import progress

SUBMITTED, SIGNED = 75, 70  # days ago
# Actions without an answer, by title: days from today to the due date.
UNANSWERED = {"Clave única de luminarias": -3, "Página por comisaría en español y maya": 2}
# The others' comments by action title; owners missing here reported without one.
ANSWERS = {
    "Acuerdo del comité de datos": "El acuerdo pasó por Jurídico; va al Cabildo en la próxima sesión.",
    "Política de clasificación y privacidad": "Hay borrador; esperamos el dictamen de la Consejería Jurídica.",
    "Padrón único de comisarías y colonias": "38 de 47 comisarías con clave oficial.",
    "Reunión mensual de la presidenta con diez indicadores": "Tres reuniones; ocho de diez indicadores al día.",
    "Calendario de publicación": "Publicado para 12 conjuntos; faltan tres.",
    "Enlace de datos en cada dirección": "Nombraron enlace 13 de 24 direcciones.",
}


def set_calendar(story: Story, lead: User) -> None:
    """The plan started with the quarter that ended at the end of the month before last, so the signing falls in it."""
    month = _months_back(story.city.today(), 4)
    story.city.fiscal_year_start = month.month
    story.city.save(update_fields=["fiscal_year_start"])
    quarters.set_year(strategy=story.city.strategy, city=story.city, year=month.year, by=lead)


def _months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def backdate_writing(story: Story) -> None:
    """Move everything written so far to before the version was submitted, in the same order."""
    first, last, now = story.ago(95), story.ago(SUBMITTED + 1, 12), story.ago(0, 0)
    share = (last - first) / (now - first)

    def earlier(at: datetime) -> datetime:
        return first + (min(max(at, first), now) - first) * share

    for section in story.city.section_set.all():
        written = section.written_at and earlier(section.written_at)
        Section.objects.filter(pk=section.pk).update(written_at=written, state_at=earlier(section.state_at))
    # Row by row: the new time depends on the old one, and a city has a few dozen rows.
    for row in SectionRevision.objects.filter(city=story.city).only("created_at"):
        SectionRevision.objects.filter(pk=row.pk).update(created_at=earlier(row.created_at))


def play(story: Story) -> None:
    """Answer on behalf of the owners for the quarter that ended; one is late and one has two days left."""
    today = story.city.today()
    rows = StatusRequest.objects.filter(city=story.city).asked_by(today).select_related("action", "asked")
    for row, number in zip(rows.order_by("action__code"), count()):
        days = UNANSWERED.get(row.action.title)
        if days is not None:
            StatusRequest.objects.filter(pk=row.pk).update(due_on=today + timedelta(days=days))
            continue
        action, at = row.action, story.ago(4 + number % 5, 10 + number % 7)
        progress.record_answer(
            request=row,
            by=row.asked,
            status=action.status,
            percent=action.percent,
            rag=action.rag,
            reason=action.rag_reason,
            words=ANSWERS.get(action.title, ""),
            at=at,
        )
        StatusRequest.objects.filter(pk=row.pk).update(answered_at=at)
