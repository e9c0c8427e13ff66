"""A roster on the page: upload, preview, and all of it or nothing on confirm."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from accelerator import rls
from accelerator.models import AuditEvent, Cohort, User
from accelerator.refusals import Refused
from cities.models import City, Invitation, Membership
from cities.roster.file import Row, read
from cities.roster.judging import Known, judge
from dashboards.roster import actions
from tests.clients import cost
from tests.examples import few
from tests.mails import emails

HEADER = "city,region,country,person,e-mail,role,language,position\n"
BOGOTA = (
    "Bogotá,,Colombia,María Gómez,maria@bogota.example,líder,es,Directora de datos\n"
    "Bogotá,,Colombia,Juan Peña,Juan@Bogota.Example,alcalde,,\n"
    "Bogotá,,Colombia,Luz Díaz,luz@bogota.example,miembro,es,\n"
    "Bogotá,,Colombia,Iván Ríos,ivan@bogota.example,miembro,es,\n"
)
GOOD = HEADER + "Tulsa,Oklahoma,US,Ana Ruiz,ana@tulsa.example,city member,en,AI lead\n" + BOGOTA
BAD = GOOD + "Springfield,,US,Bo Li,bo@springfield.example,lead,,\n"


def url(name, cohort):
    return reverse(f"dashboards:{name}", args=[cohort.slug])


def send(browser, cohort, text, name="roster.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return browser.post(url("roster", cohort), {"file": SimpleUploadedFile(name, content)})


def preview(browser, cohort):
    return browser.get(url("roster-preview", cohort))


def confirm(browser, cohort, page, send="1"):
    return browser.post(url("roster-confirm", cohort), {"digest": page.context["stored"]["digest"], "send": send})


def state():
    """Everything that a roster may change, as counts."""
    with rls.every_city():
        return (
            City.objects.count(),
            Membership.objects.count(),
            User.objects.count(),
            Invitation.objects.count(),
            len(emails()),
        )


@pytest.fixture
def draft(cast):
    """The cohort before it went live."""
    Cohort.objects.filter(pk=cast.cohort.pk).update(live_at=None)
    return Cohort.objects.get(pk=cast.cohort.pk)


HIDDEN = "\u202e\u2066\u200f"


def test_the_preview_shows_nothing_that_turns_its_text_round(cast, as_):
    cells = ["Tul{0}sa", "Oklahoma{0}", "US", "Ana{0} Ruiz", "ana@tulsa.example", "no{0} role", "x{0}x", "Lead{0}"]
    text = HEADER.replace("position", "position,note{0}") + ",".join(cells) + ",x\n"
    browser = as_(cast.admin)
    send(browser, cast.cohort, text.format(HIDDEN))
    page = preview(browser, cast.cohort)
    assert page.status_code == 200
    assert "Remove line breaks and invisible characters." in page.text  # judged as written
    assert "Ana Ruiz" in page.text
    assert "no role" in page.text
    assert not set(HIDDEN) & set(page.text)


def test_the_whole_way_from_a_file_to_invitations(cast, as_):
    browser, before = as_(cast.admin), state()
    answer = send(browser, cast.cohort, GOOD)
    assert answer["Location"] == url("roster-preview", cast.cohort)
    page = preview(browser, cast.cohort)
    text = page.content.decode()
    assert "Add 1 city and send invitations to 5 people" in text
    assert "Add 1 city and 5 people without sending invitations yet" in text
    assert "Bogotá, Bogotá D.C., CO" in text
    assert state() == before, "looking changes nothing"

    answer = confirm(browser, cast.cohort, page)

    assert answer["Location"] == url("cohort-cities", cast.cohort)
    with rls.every_city():
        bogota = City.objects.get(slug="bogota-co")
        assert bogota.enrollment_set.get().cohort == cast.cohort
        assert bogota.section_set.count() == 18
        people = {(m.user.email, m.role, m.title, m.user.language) for m in bogota.membership_set.all()}
    assert people == {
        ("maria@bogota.example", "city_lead", "Directora de datos", "es"),
        ("juan@bogota.example", "mayor", "", "es"),
        ("luz@bogota.example", "city_member", "", "es"),
        ("ivan@bogota.example", "city_member", "", "es"),
    }
    assert sorted(email.to for email in emails()) == [
        "ana@tulsa.example",
        "ivan@bogota.example",
        "juan@bogota.example",
        "luz@bogota.example",
        "maria@bogota.example",
    ]
    assert "5 invitations are on their way." in browser.get(answer["Location"]).content.decode()


def test_a_workbook_is_imported_like_a_csv_file(cast, as_):
    browser, book = as_(cast.admin), Workbook()
    for line in GOOD.splitlines():
        book.active.append(line.split(","))
    book.active["D2"] = "=1+1"
    out = io.BytesIO()
    book.save(out)
    send(browser, cast.cohort, out.getvalue(), "roster.xlsx")
    text = preview(browser, cast.cohort).content.decode()
    assert "Cell D2 contains a formula. Enter its value instead." in text
    assert "1 row has an error, so nothing can be added yet." in text
    book.active["D2"] = "Ana Ruiz"
    out = io.BytesIO()
    book.save(out)
    send(browser, cast.cohort, out.getvalue(), "roster.xlsx")
    confirm(browser, cast.cohort, preview(browser, cast.cohort))
    assert Membership.objects.filter(user__email="maria@bogota.example").exists()


def test_people_can_be_added_without_invitations(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, GOOD)
    confirm(browser, cast.cohort, preview(browser, cast.cohort), send="0")
    assert (len(emails()), Invitation.objects.count()) == (0, 0)
    assert User.objects.filter(email="maria@bogota.example").exists()


def test_before_going_live_nothing_is_emailed_whatever_is_sent(cast, as_, draft):
    browser = as_(cast.admin)
    send(browser, draft, GOOD)
    page = preview(browser, draft)
    text = page.content.decode()
    assert ("send invitations" in text, "Add 1 city and 5 people" in text) == (False, True)
    assert "Invitations will go out when the cohort goes live." in text
    confirm(browser, draft, page, send="1")
    assert len(emails()) == 0
    assert Membership.objects.filter(user__email="maria@bogota.example").exists()


def test_the_same_file_again_adds_no_one(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, GOOD)
    confirm(browser, cast.cohort, preview(browser, cast.cohort))
    before = state()
    send(browser, cast.cohort, GOOD)
    text = preview(browser, cast.cohort).content.decode()
    assert "Everyone in this file is already in the cohort. There’s nothing to add." in text
    assert "roster/confirm" not in text
    assert state() == before


def test_one_bad_row_refuses_the_whole_file(cast, as_):
    browser, before = as_(cast.admin), state()
    send(browser, cast.cohort, BAD)
    page = preview(browser, cast.cohort)
    text = page.content.decode()
    assert "1 row has an error, so nothing can be added yet." in text
    assert "United States has 3 cities named Springfield. Enter the region:" in text
    assert "roster/confirm" not in text
    answer = confirm(browser, cast.cohort, page)
    assert answer["Location"] == url("roster-preview", cast.cohort)
    assert state() == before


def test_a_row_that_went_wrong_since_the_preview_refuses_the_whole_file(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, GOOD)
    page = preview(browser, cast.cohort)
    User.objects.create_user("ivan@bogota.example", name="Iván", is_active=False)
    before = state()
    answer = confirm(browser, cast.cohort, page)
    assert state() == before
    assert (
        "One of the rows now has an error, so nothing was changed. Check the rows and try again."
        in browser.get(answer["Location"]).content.decode()
    )


def test_the_import_has_exactly_the_previewed_rows(cast, as_):
    """Another file uploaded in a second window isn't imported by the first one's button."""
    browser, before = as_(cast.admin), state()
    send(browser, cast.cohort, GOOD)
    first = preview(browser, cast.cohort)
    send(browser, cast.cohort, HEADER + "Quito,,EC,X Y,x@quito.example,mayor,,\n")
    answer = confirm(browser, cast.cohort, first)
    assert answer["Location"] == url("roster-preview", cast.cohort)
    assert state() == before
    text = preview(browser, cast.cohort).content.decode()
    assert "Nothing was imported because a different file was uploaded before you confirmed." in text


def test_a_file_stored_for_one_cohort_is_not_imported_into_another(cast, as_):
    browser, before = as_(cast.admin), state()
    send(browser, cast.cohort, GOOD)
    page = preview(browser, cast.cohort)
    assert preview(browser, cast.other_cohort)["Location"] == url("roster", cast.other_cohort)
    confirm(browser, cast.other_cohort, page)
    assert state() == before


def test_confirming_twice_adds_once(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, GOOD)
    page = preview(browser, cast.cohort)
    confirm(browser, cast.cohort, page)
    before = state()
    confirm(browser, cast.cohort, page)
    assert state() == before


def test_choosing_another_file_forgets_the_first(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, GOOD)
    browser.post(url("roster-discard", cast.cohort))
    assert preview(browser, cast.cohort)["Location"] == url("roster", cast.cohort)


def test_a_new_role_is_previewed_and_given(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, f"{HEADER}Tulsa,,US,Member,{cast.member.email},city lead,,\n")
    page = preview(browser, cast.cohort)
    text = page.content.decode()
    assert "This person’s role would change from city member to city lead." in text
    assert "Change 1 role" in text
    confirm(browser, cast.cohort, page)
    assert Membership.objects.get(user=cast.member).role == "city_lead"
    assert len(emails()) == 0


def test_people_of_other_cities_and_of_govex_are_distinguished(cast, as_):
    browser = as_(cast.admin)
    rows = (
        f"Tulsa,,US,Other Lead,{cast.other_lead.email.upper()},city member,,\n"
        f"Tulsa,,US,Coach,{cast.coach.email},city member,,\n"
    )
    send(browser, cast.cohort, HEADER + rows)
    text = preview(browser, cast.cohort).content.decode()
    assert "This person is already on the team in Rosario and would have access to this city too." in text
    assert f"{cast.coach.email} belongs to a GovEx staff member and can’t be added to a city team." in text


def test_the_team_s_size_is_advice(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, HEADER + BOGOTA.splitlines()[0] + "\n")
    page = preview(browser, cast.cohort)
    assert "Team size: 1. The program suggests 3 or 4 people." in page.content.decode()
    assert confirm(browser, cast.cohort, page)["Location"] == url("cohort-cities", cast.cohort)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"PK\x03\x04...", "a.xlsx: The workbook is damaged"),
        ("a.csv", b"", "a.csv: The file is empty."),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0", "a.csv: This isn’t an .xlsx workbook or a CSV file"),
        ("a.csv", b"Tulsa,US\n", "a.csv: Row 1 should contain the column names"),
        ("a.csv", b"x" * 21_000_000, "a.csv: The file is 20.1 MB. The limit is 1 MB."),
    ],
)
def test_an_unreadable_file_is_refused_with_a_sentence(cast, as_, name, content, sentence):
    before = state()
    answer = send(as_(cast.admin), cast.cohort, content, name)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert state() == before


def test_no_file_at_all(cast, as_):
    answer = as_(cast.admin).post(url("roster", cast.cohort), {})
    assert "Choose a file first." in answer.content.decode()


def test_the_file_to_fill_in_is_read_back(cast, as_):
    answer = as_(cast.admin).get(url("roster-template", cast.cohort))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="roster-cohort-2026.csv"'
    rows = read(answer.content).rows
    assert [(row.city, row.region, row.country, row.role) for row in rows] == [
        ("Rosario", "Santa Fe", "AR", "city lead"),
        ("Tulsa", "Oklahoma", "US", "city lead"),
    ]
    assert {verdict.kind for verdict in judge(rows, Known())} == {"added"}


def test_what_a_roster_did_is_on_record(cast, as_):
    browser = as_(cast.admin)
    send(browser, cast.cohort, GOOD)
    confirm(browser, cast.cohort, preview(browser, cast.cohort))
    with rls.every_city():
        event = AuditEvent.objects.get(verb="roster taken")
    assert (event.actor_id, event.data) == (cast.admin.pk, {"cities": 1, "people": 5, "roles": 0, "invited": 5})


@pytest.mark.parametrize("number", [10, 100])
def test_the_preview_costs_the_same_at_10_and_100_rows(cast, as_, number):
    browser = as_(cast.admin)
    rows = "".join(f"Tulsa,,US,P {n},p{n}@tulsa.example,member,,\n" for n in range(number))
    send(browser, cast.cohort, HEADER + rows)
    preview(browser, cast.cohort)
    with cost() as measured:
        preview(browser, cast.cohort)
    assert measured.count == 3, measured.queries


def test_two_thousand_rows_are_one_page_of_a_hundred(cast, as_):
    browser = as_(cast.admin)
    rows = "".join(f"Tulsa,,US,P {n},p{n}@tulsa.example,member,,\n" for n in range(2000))
    send(browser, cast.cohort, HEADER + rows)
    text = preview(browser, cast.cohort).content.decode()
    assert text.count("@tulsa.example") == 100
    assert "1 to 100 of 2,000" in text


cells = {
    "city": st.sampled_from(["Tulsa", "Springfield", "Bogotá", ""]),
    "country": st.sampled_from(["US", "Colombia", "?"]),
    "person": st.sampled_from(["Ana", "Bo", ""]),
    "email": st.sampled_from(["ana@x.example", "bo@x.example", "coach@govex.example", "no"]),
    "role": st.sampled_from(["lead", "mayor", "boss"]),
}


@few(20)
@given(st.lists(st.builds(lambda line, **row: Row(line, **row), st.integers(2, 99), **cells), max_size=5))
def test_a_roster_with_any_error_changes_nothing(cast, rows):
    known = Known(staff=frozenset({"coach@govex.example"}))
    verdicts = judge(rows, known)
    wrong = any(verdict.is_refused for verdict in verdicts)
    before = state()
    with rls.every_city():
        try:
            with rls.scope("*", rls.Side.GOVEX):
                actions.import_roster(cohort=cast.cohort, verdicts=verdicts, send=True, by=cast.admin)
                raise _Undo
        except _Undo:
            assert not wrong
        except Refused:
            assert wrong
    assert state() == before


class _Undo(Exception):
    """Takes back what an example did, so that the next one starts alike."""
