"""Changing a team: access ends immediately, a lead remains, and no one is on both sides."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accelerator.models import User
from cities import actions
from cities.roles import Role
from cities.team import actions as team

pytestmark = pytest.mark.django_db


def test_ending_access_works_at_once_wherever_the_person_is(cast, as_, every_city):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Chicago"):
        membership = cast.member.membership_set.get()
        User.objects.filter(pk=cast.member.pk).update(time_zone=zone)
        membership.user.refresh_from_db()
        browser = as_(membership.user)
        assert browser.get("/cities/tulsa-us/team/").status_code == 200
        team.end_membership(membership, by=cast.lead)
        assert browser.get("/cities/tulsa-us/team/").status_code == 404
        assert not cast.tulsa.membership_set.active().filter(pk=membership.pk).exists()
        with timezone.override(zone):
            assert not cast.tulsa.membership_set.active().filter(pk=membership.pk).exists()
        team.restore_membership(membership, by=cast.lead)


def test_the_last_city_lead_stays(cast, every_city):
    lead = cast.lead.membership_set.get()
    messages = [
        ("You’re the only city lead. Make someone else the city lead before you change your role or end your access.")
    ]
    part = {"role": Role.CITY_LEAD, "title": "", "until": None}
    for change in (
        lambda: team.end_membership(lead, by=cast.lead),
        lambda: team.change_member(lead, by=cast.lead, **{**part, "role": Role.CITY_MEMBER}),
        lambda: team.change_member(lead, by=cast.lead, **{**part, "until": timezone.localdate()}),
    ):
        with pytest.raises(ValidationError) as refusal:
            change()
        assert refusal.value.messages == messages
    team.change_member(lead, by=cast.lead, **{**part, "title": "Chief of staff"})
    team.change_member(cast.member.membership_set.get(), by=cast.lead, **part)
    team.end_membership(lead, by=cast.lead)
    lead.refresh_from_db()
    assert lead.until < timezone.localdate()


def test_a_program_admin_may_end_the_last_lead(cast, every_city):
    lead = cast.lead.membership_set.get()
    team.end_membership(lead, by=cast.admin)
    assert not cast.tulsa.membership_set.active().filter(role=Role.CITY_LEAD).exists()


def test_person_cannot_belong_to_govex_and_a_city(cast, every_city):
    with pytest.raises(ValidationError) as refusal:
        actions.add_member(city=cast.tulsa, email=cast.coach.email, name="x", role=Role.CITY_MEMBER, by=cast.lead)
    assert refusal.value.messages == [
        f"{cast.coach.email} belongs to a GovEx staff member and can’t be added to a city team."
    ]
    with pytest.raises(ValidationError) as refusal:
        actions.add_staff(email=cast.lead.email, name="x", role=Role.COACH, by=cast.admin)
    assert refusal.value.messages == [
        f"{cast.lead.email} belongs to someone on a city team and can’t be added to GovEx staff."
    ]
    former = cast.member.membership_set.get()
    team.end_membership(former, by=cast.lead)
    actions.add_staff(email=cast.member.email, name="x", role=Role.COACH, by=cast.admin)
    for change in (
        lambda: team.restore_membership(former, by=cast.lead),
        lambda: team.change_member(former, role=Role.CITY_MEMBER, title="", until=None, by=cast.lead),
    ):
        with pytest.raises(ValidationError):
            change()
