"""Any order of submitting, signing, returning, withdrawing and writing leaves sign-off sound; races sign once."""

import threading
from contextlib import nullcontext, suppress

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls, stepup
from accelerator.content_versions import digest
from accelerator.refusals import Refused
from cities.models import Office
from cities.offices import actions as offices
from strategy.models import PublicSeal, Signature, StrategyVersion
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, submission
from tests.examples import few
from tests.strategy.made_ready import differing, lapsed, make_ready, set_final, submit, write

ACTS = ["submit", "sign by first", "sign by mayor", "return", "withdraw", "write", "finish", "old code"]


@pytest.fixture
def two_offices(cast):
    """The city manager, then the mayor; a strategy that can be submitted."""
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        for office, title, person in (("city_manager", "Manager", cast.member), (Office.MAYOR, "Mayor", cast.mayor)):
            approvers.add(
                city=cast.tulsa,
                by=cast.lead,
                office=office,
                title=title,
                instrument="signature",
                person=person,
                may_delegate=False,
            )
        offices.confirm(city=cast.tulsa, user=cast.member, office=Office.CITY_MANAGER, by=cast.admin)
    return cast


class Play:
    """The city's sign-off, act by act; what is refused changes nothing."""

    def __init__(self, cast):
        self.cast, self.city, self.codes, self.saves = cast, cast.tulsa, [], 0

    def newest(self):
        return StrategyVersion.objects.filter(city=self.city).order_by("-number").first()

    def act(self, name):
        version = self.newest()
        if name == "submit":
            submit(self.city, self.cast.lead)
        elif name == "write":
            self.saves += 1
            write(self.city, "vision", f"Save {self.saves}.", self.cast.lead)
        elif name == "finish":
            set_final(self.city)
        elif version is None:
            return
        elif name == "withdraw":
            signoff.withdraw(version=version, by=self.cast.lead, reason="A figure.")
        elif name == "return":
            step = version.steps.filter(state="waiting").first()
            signoff.send_back(
                version=version,
                step=step.pk if step else 0,
                by=step.person if step else self.cast.mayor,
                sha256=version.sha256,
                comment="Shorter.",
                sections=[("vision", "Name a year.")],
            )
        else:
            self.sign(version, name)

    def sign(self, version, name):
        by = self.cast.member if name == "sign by first" else self.cast.mayor
        step = version.steps.filter(person=by).first()
        code = stepup.create_code(person=by, purpose=signoff.purpose("sign", version))
        if name == "old code" and self.codes:
            code = self.codes[0]
        self.codes.append(code)
        signoff.sign(version=version, step=step.pk, by=by, sha256=version.sha256, code=code)

    def check(self):
        versions = list(StrategyVersion.objects.filter(city=self.city).order_by("number"))
        assert [row.number for row in versions] == list(range(1, len(versions) + 1))
        assert sum(row.state == "with_approvers" for row in versions) <= 1
        for row in versions:
            assert digest(row.tree) == row.sha256
            steps = list(row.steps.all())
            signed = [step.state for step in steps].count("signed")
            signatures = list(row.signatures.filter(kind="sign"))
            assert len(signatures) == signed == len({signature.step_id for signature in signatures})
            assert all(signature.sha256 == row.sha256 for signature in row.signatures.all())
            assert [step.state for step in steps[:signed]] == ["signed"] * signed
            assert (row.state == "signed") == (signed == len(steps)) == bool(row.signed_at)
            assert (row.state == "returned") == row.signatures.filter(kind="return").exists()
            assert PublicSeal.objects.filter(code=row.code, sha256=row.sha256).exists() == (row.state == "signed")
        in_force = [row for row in versions if row.state == "signed"]
        valid = PublicSeal.objects.filter(city=self.city, state="valid")
        assert [seal.number for seal in valid] == [row.number for row in in_force[-1:]]
        if in_force:
            assert [label.split(".")[0] for label in lapsed(self.city)] == [
                "1" for key in differing(in_force[-1], self.city) if key == "vision"
            ]


@pytest.mark.django_db
@few(10)
@given(acts=st.lists(st.sampled_from(ACTS), max_size=14))
def test_any_order_of_acts_leaves_a_consistent_version(two_offices, acts):
    with rls.every_city():
        play = Play(two_offices)
        for name in acts:
            with suppress(Refused):
                play.act(name)
            play.check()


def at_once(*acts, scope=True):
    """Run acts in threads of their own connections; their exceptions, None where one went well."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            gate.wait(10)
            with rls.every_city() if scope else nullcontext():
                act()
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_signatures_and_a_withdrawal_at_once_leave_one_outcome(cast):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    with rls.every_city():
        step = version.steps.get().pk
        code = stepup.create_code(person=cast.mayor, purpose=signoff.purpose("sign", version))

    def sign():
        signoff.sign(version=version, step=step, by=cast.mayor, sha256=version.sha256, code=code)

    def withdraw():
        signoff.withdraw(version=version, by=cast.lead, reason="A figure.")

    results = at_once(sign, sign, withdraw)
    assert all(result is None or isinstance(result, Refused) for result in results)
    with rls.every_city():
        state = StrategyVersion.objects.get().state
        count = Signature.objects.count()
    if state == "signed":
        assert (results, count) == ([None, None, results[2]], 1)
        assert isinstance(results[2], Refused)
    else:
        assert (state, count, results[2]) == ("withdrawn", 0, None)


@pytest.mark.django_db(transaction=True)
def test_two_submitting_at_once_open_one_version(cast):
    make_ready(cast.tulsa, cast.lead)
    results = at_once(*[lambda: submission.submit(city=cast.tulsa, by=cast.lead)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]
    with rls.every_city():
        assert StrategyVersion.objects.count() == 1
