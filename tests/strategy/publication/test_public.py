"""What everyone reads: the page, its files, the index; nothing but public copies is ever read."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accelerator import rls
from strategy.models import PublicFile, PublicStrategy
from tests.clients import cost
from tests.strategy.document import made
from tests.strategy.published import picture, publish, signed


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def published(cast):
    """Tulsa's whole strategy, with a picture that is there and one that is not."""
    shown = picture(cast.tulsa)
    html = f'<h3>Where</h3><figure><img src="media:{shown.pk}" alt="A map"></figure>'
    html += '<figure><img src="media:999999" alt="Gone"></figure>'
    tree = made.full()
    tree["sections"].append(made.section("maps", 18, html, "plan"))
    tree["pictures"] = {str(shown.pk): {"sha256": "0" * 64, "kind": "image/png", "size": 9, "width": 40, "height": 30}}
    signed(cast.tulsa, tree=tree)
    publish(cast.tulsa, cast.lead)
    return shown


def many(cast, count=30):
    """Published strategies of one city each year, only so that there are many rows."""
    names = ["Niterói", "Mérida", "Spokane"]
    with rls.every_city():
        for number in range(count):
            PublicStrategy.objects.create(
                city=cast.rosario if number else cast.quito,
                slug=f"city-{number}",
                number=number,
                code=f"P{number}",
                city_name=names[number % 3],
                sort_name=names[number % 3].lower(),
                country=["BR", "MX", "US"][number % 3],
                language=["pt-br", "es", "en"][number % 3],
                cohort_name="Cohort 2025",
                years="2027–2029",
                tree={},
                sha256="0" * 64,
                search=["niteroi dados", "merida datos", "spokane data"][number % 3],
                components=["use"] if number % 2 else ["quality"],
                signed_at="2026-01-01T00:00Z",
                superseded_at=None if number < 2 else "2026-02-01T00:00Z",
            )


def test_public_page_contains_the_whole_document(published, as_):
    page = as_().get("/strategies/tulsa-us/").content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {"section-0", "section-17", "register-plan", "register-risks", "action-a39"} <= set(ids)
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(ids)
    assert '<html lang="en"' in page
    assert 'rel="canonical" href="' in page
    assert 'name="description" content="What we promise."' in page
    assert "style=" not in page
    assert f"/strategies/tulsa-us/v1/pictures/{published.pk}/" in page
    assert "Missing image: Gone" in page
    assert "CODE-" in page


def test_public_pages_read_only_public_copies(published, as_):
    for address in ("/strategies/", "/strategies/tulsa-us/", "/strategies/tulsa-us/v1/json/"):
        with CaptureQueriesContext(connection) as captured:
            answer = as_().get(address)
            assert answer.status_code == 200
            b"".join(answer)
        tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(q["sql"] for q in captured.captured_queries)))
        assert "strategy_publicstrategy" in tables
        assert tables <= {"strategy_publicstrategy", "strategy_publicfile", "strategy_publicseal"}, address


def test_files_are_what_was_copied(published, as_):
    with rls.every_city():
        rows = {row.kind: row for row in PublicFile.objects.all()}
    assert set(rows) == {"pdf", "docx", "json", "xlsx", f"picture:{published.pk}"}
    for kind, row in rows.items():
        address = f"/strategies/tulsa-us/v1/{kind.replace(':', 's/')}/"
        answer = as_().get(address)
        assert len(b"".join(answer.streaming_content)) == row.size
        assert answer["Content-Type"] == row.media_type
        assert "no-cache" in answer["Cache-Control"]
        again = as_().get(address, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_page_that_has_not_changed_is_not_sent_again(published, as_, cast):
    answer = as_().get("/strategies/tulsa-us/")
    again = as_().get("/strategies/tulsa-us/", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, "Content-Security-Policy" in again.headers) == (304, False)
    other = as_(cast.lead).get("/strategies/tulsa-us/", headers={"If-None-Match": answer["ETag"]})
    assert other.status_code == 200


def test_public_page_is_in_its_documents_language(cast, as_):
    tree = made.full("pt-br", actions=2)
    signed(cast.tulsa, tree=tree)
    publish(cast.tulsa, cast.lead)
    page = as_().get("/strategies/tulsa-us/").content.decode()
    assert '<html lang="pt-br"' in page


@pytest.mark.parametrize("who", ["funder", "nobody", "lead", "admin", None])
def test_public_page_opens_for_everyone(published, as_, cast, who):
    browser = as_(getattr(cast, who) if who else None)
    assert browser.get("/strategies/tulsa-us/").status_code == 200
    assert browser.get("/strategies/").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/strategies/rosario-ar/", "/strategies/tulsa-us/v9/", "/strategies/tulsa-us/v1/exe/", "/strategies/x/v1/pdf/"],
)
def test_what_is_not_public_is_not_found(published, as_, address):
    assert as_().get(address).status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Niterói", "Mérida"}),
        ("q=niteroi", {"Niterói"}),
        ("q=NITERÓI+dados", {"Niterói"}),
        ("q=nothing", set()),
        ("country=MX", {"Mérida"}),
        ("language=pt-br", {"Niterói"}),
        ("component=use", {"Mérida"}),
        ("component=quality&country=MX", set()),
        ("cohort=Cohort+2025", {"Niterói", "Mérida"}),
        ("page=99", {"Niterói", "Mérida"}),
        ("country=%00&q=%25", set()),
    ],
)
def test_the_index_is_searched_and_filtered(cast, as_, asked, found):
    many(cast, 4)
    answer = as_().get(f"/strategies/?{asked}")
    page = answer.content.decode().split('class="published"')
    names = set(re.findall(r'/strategies/city-\d+/">([^<]+)<', page[-1])) if len(page) > 1 else set()
    assert names == found
    assert ("No published strategies match" in answer.content.decode()) == (not found)


def test_empty_index_explains_what_will_be_listed(db, as_):
    assert "No city has published" in as_().get("/strategies/").content.decode()


def test_public_pages_with_many_strategies_need_no_more_queries(cast, as_):
    many(cast, 2)
    with cost() as few:
        as_().get("/strategies/")
    many_more = [("strategies", 40)]
    with rls.every_city():
        base = PublicStrategy.objects.get(slug="city-0")
        for number in range(2, many_more[0][1]):
            base.pk, base.slug, base.number, base.code = None, f"city-{number}", number, f"P{number}"
            base.superseded_at = "2026-02-01T00:00Z"
            base.save()
    with cost() as more:
        as_().get("/strategies/")
    assert few.count == more.count <= 4, more.queries


def test_the_schema_is_served_and_the_data_fits_it(published, as_):
    schema = as_().get("/strategies/schema.json").json()
    data = b"".join(as_().get("/strategies/tulsa-us/v1/json/").streaming_content)
    assert schema["properties"]["schema"]["enum"] == [1, 2, 3, 4]
    assert b'"schema": 3' in data


@pytest.mark.parametrize("address", ["/strategies/", "/strategies/tulsa-us/"])
def test_summary_is_said_to_be_the_citys_and_not_signed(published, as_, address):
    words = " ".join(re.sub(r"<[^>]+>", " ", as_().get(address).text).split())
    assert "The city’s summary, which isn’t part of what was signed: What we promise." in words
