"""A strategy that can be submitted, made through the program's own verbs."""

from __future__ import annotations

from copy import copy

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accelerator import rls, stepup
from accelerator.texts import saving
from strategy.document.parts import changed_parts, parts_of
from strategy.document.tree import freeze
from strategy.models import Component, Section, SectionState, StrategyVersion
from strategy.plan import actions as plan
from strategy.signoff import actions as signoff
from strategy.signoff import lapse, submission

READ = "<p>The data council decides. It meets on the first Tuesday of each month.</p>"


def make_ready(city, by):
    """Words in every required section, all final, and a plan of one whole action."""
    with rls.every_city():
        for section in city.section_set.filter(template__required=True):
            saving.save(section, html=READ, base=section.revision, by=by)
            Section.objects.filter(pk=section.pk).update(state=SectionState.FINAL)
        objective = plan.add_objective(
            city=city, by=by, title="Decisions have a place", component=Component.GOVERNANCE, priority="Two-day answer"
        )
        plan.add_action(
            objective=objective,
            by=by,
            title="Hold the first council",
            component=Component.GOVERNANCE,
            starts=1,
            due=2,
            owner_role="Chief data officer",
            measure="Meetings held",
            baseline=0,
        )


def write(city, key, text, by):
    """Save a section anew; what it says afterwards."""
    with rls.every_city():
        section = city.section_set.get(key=key)
        return saving.save(section, html=f"<p>{text}</p>", base=section.revision, by=by, clear=True)


def set_final(city):
    with rls.every_city():
        city.section_set.filter(words__gt=0).update(state=SectionState.FINAL)


def submit(city, by, *, pdf=True, **more):
    """Submit, and do the worker's part: the version's PDF."""
    with rls.every_city():
        version = submission.submit(city=city, by=by, **more)
        if pdf:
            version.pdf = default_storage.save(f"versions/{version.number}.pdf", ContentFile(b"%PDF version"))
            version.save(update_fields=["pdf"])
        return version


def sign(version, by, *, code=None, sha256=None, step=None):
    """Sign the step whose turn it is, with a code of one's own."""
    with rls.every_city():
        now = signoff.current_step(version)
        code = code or stepup.create_code(person=by, purpose=signoff.purpose("sign", version))
        return signoff.sign(
            version=version, by=by, code=code, sha256=sha256 or version.sha256, step=step or (now.pk if now else 0)
        )


def fresh(version):
    with rls.every_city():
        return StrategyVersion.objects.select_related("city").get(pk=version.pk)


def minutes_ago(minutes):
    return timezone.now() - timezone.timedelta(minutes=minutes)


def lapsed(city):
    """Labels of the parts that are not as they were signed, which must be what comparing the whole trees finds."""
    with rls.every_city():
        city.refresh_from_db()
        found = lapse.of(city)
        version = city.strategyversion_set.get(number=found.number)
        assert [part.key for part in found.parts] == differing(version, city)
        return [part.label for part in found.parts]


def differing(version, city):
    """Keys of the parts in which a version's whole tree and the living strategy's differ."""
    living = copy(city)
    living.language = version.tree["language"]  # another language since signing changes no part
    with rls.every_city():
        return [part.key for part in changed_parts(parts_of(version.tree), parts_of(freeze(living)))]
