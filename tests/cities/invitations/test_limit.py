"""How many invitations a city sends in an hour."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import Cohort, Email, User
from cities.actions import add_member
from cities.invitations import actions
from cities.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def sixty(cast):
    """Tulsa has sent as many invitations in the last hour as it may."""
    with rls.every_city():
        Email.objects.bulk_create(
            Email(kind="invitation", to=f"p{number}@tulsa.example", city_id=cast.tulsa.pk, state="sent")
            for number in range(actions.MOST_AN_HOUR)
        )


SENTENCE = "Tulsa has sent 60 invitations in the last hour, which is the limit. Try again later."


def test_a_city_sends_sixty_invitations_an_hour(cast, as_, sixty):
    person = {"email": "new@tulsa.example", "name": "New", "role": "city_member", "language": "en"}
    sent = {"people": "1", **{f"person0-{name}": value for name, value in person.items()}}
    page = as_(cast.lead).post("/cities/tulsa-us/team/invite/", sent)
    assert page.status_code == 200
    assert SENTENCE in page.text
    assert not User.objects.filter(email="new@tulsa.example").exists()
    with rls.every_city():
        Email.objects.filter(kind="invitation").update(created_at=timezone.now() - timedelta(hours=1))
    assert as_(cast.lead).post("/cities/tulsa-us/team/invite/", sent).status_code == 302


def test_sending_again_counts_too_and_says_so(cast, as_, sixty):
    with rls.every_city():
        pk = cast.tulsa.membership_set.get(user=cast.member).pk
    answer = as_(cast.lead).post(f"/cities/tulsa-us/team/{pk}/invite-again/", follow=True)
    assert [str(message) for message in answer.context["messages"]] == [SENTENCE]
    with rls.every_city():
        assert not Email.objects.filter(to=cast.member.email).exists()


def test_other_cities_and_the_programs_own_people_are_not_held_up(cast, sixty, every_city):
    actions.invite(cast.rosario.membership_set.get(user=cast.other_lead), by=cast.admin)
    actions.invite(cast.coach.staffrole_set.get(), by=cast.admin)


def test_program_admins_send_beyond_a_citys_limit(cast, as_, sixty):
    """Otherwise a city with 61 people to invite would keep its cohort from ever going live."""
    Cohort.objects.filter(pk=cast.cohort.pk).update(live_at=None)
    with rls.every_city():
        for number in range(actions.MOST_AN_HOUR + 1):
            add_member(
                city=cast.tulsa, email=f"n{number}@tulsa.example", name=f"N{number}", role=Role.CITY_MEMBER, by=None
            )
    as_(cast.admin).post("/cohorts/cohort-2026/live/")
    cast.cohort.refresh_from_db()
    assert cast.cohort.is_live
    with rls.every_city():
        assert Email.objects.filter(kind="invitation", to__startswith="n", city_id=cast.tulsa.pk).count() == 61
        actions.invite(cast.tulsa.membership_set.get(user=cast.member), by=cast.admin)
        with pytest.raises(actions.TooManyInvitations):
            actions.invite(cast.tulsa.membership_set.get(user=cast.member), by=cast.lead)


@pytest.mark.parametrize("name", ["invitations-send", "directory-invite"])
def test_a_bulk_send_locks_its_cities_in_one_order(cast, as_, name):
    with CaptureQueriesContext(connection) as queries:
        as_(cast.admin).post(reverse(f"dashboards:{name}", args=[cast.cohort.slug]), {"everyone": "1"})
    statements = [query["sql"] for query in queries]
    [lock] = [i for i, sql in enumerate(statements) if "cities_city" in sql and "FOR NO KEY UPDATE" in sql]
    assert statements[lock].startswith('SELECT "cities_city"."id"')
    assert "ORDER BY 1 ASC" in statements[lock]
    assert lock < next(i for i, sql in enumerate(statements) if 'INSERT INTO "cities_invitation"' in sql)
