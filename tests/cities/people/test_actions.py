"""How a role in the program ends."""

import pytest
from django.core.exceptions import ValidationError

from cities import actions
from cities.invitations import actions as invitations
from cities.people import actions as people
from cities.roles import Role

pytestmark = pytest.mark.django_db


def test_ending_a_coach_ends_the_assignments(cast, every_city):
    role = cast.coach.staffrole_set.get()
    invitations.invite(role, by=cast.admin)
    people.end_staff(role, by=cast.admin)
    assert not cast.tulsa.coachassignment_set.active().exists()
    assert cast.coach.invitation_set.get().withdrawn_at is not None


def test_the_last_program_admin_stays(cast, every_city):
    with pytest.raises(ValidationError) as refusal:
        people.end_staff(cast.admin.staffrole_set.get(), by=cast.admin)
    assert refusal.value.messages == ["This is the only program admin. Add another one first."]
    actions.add_staff(email="second@govex.example", name="Second", role=Role.PROGRAM_ADMIN, by=cast.admin)
    people.end_staff(cast.admin.staffrole_set.get(), by=cast.admin)
