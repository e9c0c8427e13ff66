"""Jobs that come late or twice: an older version doesn't become public again, and a version has one PDF."""

import pytest
from django.core.files.storage import default_storage

from accelerator import rls
from accelerator.refusals import Refused
from cities.exports import actions as leases
from cities.models import Export, Office
from strategy import tasks
from strategy.document.files import ExportWork, FinishedFile
from strategy.models import ApproverChange, PublicStrategy
from strategy.publication import actions as publication
from strategy.signoff import actions as signoff
from strategy.signoff import approvers
from tests.strategy.made_ready import fresh, make_ready, sign, submit
from tests.strategy.published import signed
from tests.strategy.signoff.test_signoff_order import at_once


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def ask(cast, number):
    """A publication that a worker has begun, and hasn't finished."""
    with rls.every_city():
        values = {"summary": "In short.", "shows_progress": False, "by": cast.lead}
        export = publication.publish(city=cast.tulsa, number=number, **values)
        return leases.claim(export.pk, "test")


def finish(cast, export):
    publication.store(cast.tulsa.pk, export, {}, [])


def current():
    with rls.every_city():
        return list(PublicStrategy.objects.current().values_list("number", flat=True))


def state(export):
    with rls.every_city():
        export = Export.objects.get(pk=export.pk)
        return export.state, export.reason


@pytest.mark.django_db
@pytest.mark.parametrize("is_second_public", [True, False])
def test_late_job_never_makes_an_older_version_current(cast, is_second_public):
    signed(cast.tulsa, 1)
    late = ask(cast, 1)
    signed(cast.tulsa, 2)
    if is_second_public:
        finish(cast, ask(cast, 2))
    finish(cast, late)
    assert current() == ([2] if is_second_public else [])
    assert state(late) == ("failed", "superseded")
    files = default_storage.listdir("public")[0] and default_storage.listdir(f"public/{cast.tulsa.pk}")[0]
    kept = [name for name in files if default_storage.listdir(f"public/{cast.tulsa.pk}/{name}")[1]]
    assert len(kept) == is_second_public, "the late job’s files are deleted"


@pytest.mark.django_db
def test_late_job_does_not_undo_a_withdrawal(cast):
    signed(cast.tulsa, 1)
    finish(cast, ask(cast, 1))
    late = ask(cast, 1)
    with rls.every_city():
        publication.withdraw(city=cast.tulsa, reason="A figure.", by=cast.lead)
    finish(cast, late)
    assert (current(), state(late)) == ([], ("failed", "withdrawn"))
    finish(cast, ask(cast, 1))
    assert current() == [1], "asked for after the withdrawal"


@pytest.mark.django_db(transaction=True)
def test_two_pdf_jobs_for_one_version_leave_one_file(cast, tmp_path):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead, pdf=False)
    works = []
    with rls.every_city():
        first = cast.tulsa.export_set.get(kind="version-pdf")
        values = {"options": first.options, "heartbeat_at": first.heartbeat_at}
        second = cast.tulsa.export_set.create(kind="version-pdf", **values)
        exports = [leases.claim(export.pk, "test") for export in (first, second)]
    for number, export in enumerate(exports):
        path = tmp_path / f"made-{number}.pdf"
        path.write_bytes(b"%PDF " + bytes([65 + number]))
        works.append((ExportWork(cast.tulsa.pk, export, None, {}, tmp_path), FinishedFile(path)))

    def store(work):
        return lambda: tasks._store(*work)

    assert at_once(*map(store, works), scope=False) == [None, None]
    kept = [name for name in default_storage.listdir(f"exports/{cast.tulsa.pk}")[1]]
    assert len(kept) == 1
    with rls.every_city():
        rows = list(cast.tulsa.export_set.filter(kind="version-pdf").values_list("state", "file", "sha256", "size"))
    version = fresh(version)
    assert rows == [("done", version.pdf, version.pdf_sha256, 6)] * 2
    assert version.pdf == f"exports/{cast.tulsa.pk}/{kept[0]}"


@pytest.mark.django_db
def test_step_that_was_signed_meanwhile_is_not_readdressed(cast):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        for office, title in ((Office.MAYOR, "Mayor"), (Office.COUNCIL, "Council")):
            values = {"title": title, "instrument": "signature", "person": None}
            approvers.add(city=cast.tulsa, by=cast.lead, office=office, **values)
    version = submit(cast.tulsa, cast.lead)
    with rls.every_city():
        step = signoff.open_steps(cast.tulsa).get(office="mayor")
        told = ApproverChange.objects.count()
    sign(version, cast.mayor)
    with rls.every_city(), pytest.raises(Refused, match="already signed or returned"):
        signoff.readdress(step=step, by=cast.lead, on_paper=True, may_delegate=False)
    with rls.every_city():
        row = version.steps.get(office="mayor")
        assert (row.state, row.on_paper, ApproverChange.objects.count()) == ("signed", False, told)


@pytest.mark.django_db
def test_readdressing_changes_only_what_the_form_changed(cast):
    make_ready(cast.tulsa, cast.lead)
    submit(cast.tulsa, cast.lead)
    with rls.every_city():
        stale, other = (signoff.open_steps(cast.tulsa).get() for _ in range(2))
        signoff.readdress(step=other, by=cast.lead, may_delegate=True)
        signoff.readdress(step=stale, by=cast.lead, on_paper=True)
        row = cast.tulsa.step_set.get()
        assert (row.may_delegate, row.on_paper) == (True, True)
        change = ApproverChange.objects.first()
        assert change.before == "Mayor (mayor): Mayor or the mayor’s delegate signs on this site."
        assert change.after.startswith("Mayor (mayor): Mayor signs on paper")
