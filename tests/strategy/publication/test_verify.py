"""Public verification: codes, files byte for byte, and nothing about what is not signed."""

import hashlib
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from strategy.models import PublicSeal
from strategy.signoff import approvers, codes
from strategy.tasks import render_file
from tests.html import squeezed
from tests.strategy.made_ready import fresh, make_ready, set_final, sign, submit, write
from tests.walls import thawed

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the signed strategy"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    cache.clear()


@pytest.fixture
def signed(cast):
    """Tulsa's first version, signed, with its file."""
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    sign(version, cast.mayor)
    with rls.every_city():
        PublicSeal.objects.update(pdf_sha256=hashlib.sha256(PDF).hexdigest())
    return version


def text(answer):
    return answer.content.decode()


def page(code):
    return reverse("strategy:verify-code", args=[code])


def upload(content, name="strategy.pdf"):
    file = ContentFile(content)
    file.name = name
    return file


def test_code_shows_what_was_signed_and_by_whom(cast, as_, signed):
    answer = text(as_(None).get(page(signed.code)))
    for phrase in (
        "Tulsa",
        "version 1",
        "Genuine",
        "Mayor",
        "on this site",
        signed.sha256,
        "No part of the city’s strategy has changed since it was signed.",
    ):
        assert phrase in answer
    assert cast.mayor.email not in answer


def test_code_in_lowercase_with_similar_letters_is_accepted(as_, signed):
    sloppy = signed.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    browser = as_(None)
    answer = browser.post(reverse("strategy:verify"), {"code": sloppy})
    assert "Genuine" in text(answer)
    assert browser.get(reverse("strategy:verify"), {"code": sloppy})["Location"] == page(signed.code)
    assert browser.get(page(signed.code.lower()))["Location"] == page(signed.code)


def test_typo_has_another_message_than_an_unknown_code(as_, signed):
    letter = "7" if signed.code[0] != "7" else "8"
    slip = as_(None).get(page(letter + signed.code[1:]))
    assert (slip.status_code, "That code has a typo." in text(slip)) == (404, True)
    short = as_(None).get(page("7KQF"))
    assert "Yours has 4." in text(short)
    unknown = as_(None).get(page(codes.make()))
    assert (unknown.status_code, "either wasn’t signed on this site or isn’t genuine" in text(unknown)) == (404, True)


def test_unsigned_version_is_not_revealed(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    answer = as_(None).get(page(version.code))
    assert answer.status_code == 404
    assert "Tulsa" not in text(answer)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (PDF, "Yes. This file matches signed version 1, byte for byte."),
        (PDF + b" ", "No. This file isn’t the one that was signed."),
        (b"A text", "No. This file isn’t a PDF"),
    ],
)
def test_file_is_compared_byte_for_byte(as_, signed, content, sentence):
    answer = text(as_(None).post(page(signed.code), {"file": upload(content)}))
    assert sentence in answer
    assert hashlib.sha256(content).hexdigest() in answer


def test_file_without_code_shows_its_version(as_, signed):
    answer = text(as_(None).post(reverse("strategy:verify"), {"file": upload(PDF)}))
    assert "Yes. This file matches signed version 1, byte for byte." in answer
    other = as_(None).post(reverse("strategy:verify"), {"file": upload(PDF + b"1")})
    assert "This file isn’t a signed strategy." in text(other)


def test_checked_file_is_not_stored(as_, signed, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    as_(None).post(page(signed.code), {"file": upload(PDF + b"0" * 6 * 2**20)})
    assert sorted(tmp_path.rglob("*")) == before


def test_too_large_file_gets_a_message(as_, signed):
    answer = as_(None).post(page(signed.code), {"file": upload(b"%PDF-" + b"0" * 31 * 2**20)})
    assert "larger than 30 MB" in text(answer)


def test_changed_parts_and_the_successor_are_named(cast, as_, signed):
    write(cast.tulsa, "vision", "Another vision.", cast.lead)
    answer = text(as_(None).get(page(signed.code)))
    assert "One part has changed since it was signed." in answer
    assert "Vision" in answer
    assert "Another vision." not in answer
    set_final(cast.tulsa)
    second = submit(cast.tulsa, cast.lead)
    sign(second, cast.mayor)
    answer = text(as_(None).get(page(signed.code)))
    assert page(second.code) in answer
    assert "Superseded by" in answer


def test_unknown_codes_beyond_the_limit_are_refused_to_their_network_alone(as_, settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_code": "2/m/ip"}
    browser = as_(None)
    answers = [browser.get(page(codes.make())).status_code for _ in range(4)]
    assert answers == [404, 404, 429, 429]
    assert browser.get(page(codes.make()), REMOTE_ADDR="192.0.2.7").status_code == 404


def test_files_beyond_the_limit_are_refused(as_, signed, settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_file": "2/m/ip"}
    browser = as_(None)
    answers = [
        browser.post(page(signed.code), {"file": ContentFile(b"%PDF-1.7 x", "a.pdf")}).status_code for _ in range(3)
    ]
    assert answers == [200, 200, 429]


@given(st.integers(0, 11), st.integers(0, 11), st.sampled_from(codes.ALPHABET))
def test_check_letter_notices_a_typo_and_a_swap(place, other, letter):
    code = codes.make().replace("-", "")
    slip = code[:place] + letter + code[place + 1 :]
    assert codes.is_complete(codes.read(slip)) == (letter == code[place])
    swapped = list(code)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    assert codes.is_complete(codes.read("".join(swapped))) == (swapped == list(code))


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(typed):
    assert isinstance(codes.is_complete(codes.read(typed)), bool)


def heading(answer):
    return " ".join(re.search(r"<h1[^>]*>(.*?)</h1>", text(answer), re.DOTALL)[1].split())


def test_heading_is_the_verdict_on_the_file(as_, signed):
    browser = as_(None)
    good = browser.post(page(signed.code), {"file": upload(PDF)})
    assert heading(good) == "This file is the one that was signed"
    bad = browser.post(page(signed.code), {"file": upload(PDF + b" altered")})
    assert heading(bad) == "This file isn’t the one that was signed"
    assert "Genuine." not in text(bad)


@pytest.mark.parametrize("before", [0, 64 * 1024 - 6])  # the second: the code lies across two chunks of the upload
def test_altered_file_is_named_by_the_code_inside_it(as_, signed, before):
    altered = PDF + b"x" * before + signed.code.encode() + b" altered"
    answer = as_(None).post(reverse("strategy:verify"), {"file": upload(altered)})
    assert heading(answer) == "This file isn’t the one that was signed"
    assert signed.code in text(answer)
    assert "What was signed: Tulsa Citywide Data Strategy, version 1" in " ".join(text(answer).split())


def test_day_of_a_signature_is_the_citys(as_, signed):
    """Nine in the evening in Chicago is the next day in UTC."""
    with rls.every_city(), thawed(PublicSeal):
        PublicSeal.objects.update(signed_at=datetime(2026, 3, 10, 21, tzinfo=ZoneInfo("America/Chicago")))
    assert "Signed on Mar 10, 2026" in " ".join(text(as_(None).get(page(signed.code))).split())


def test_seal_keeps_the_name_and_time_zone_that_were_submitted(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    with rls.every_city():
        type(cast.tulsa).objects.filter(pk=cast.tulsa.pk).update(name="Renamed", time_zone="Asia/Tokyo")
    sign(version, cast.mayor)
    with rls.every_city():
        seal = PublicSeal.objects.get()
    assert (seal.city_name, seal.time_zone) == ("Tulsa", "America/Chicago")
    assert "Renamed" not in text(as_(None).get(page(version.code))).split("<main")[1]


def test_emailed_code_is_a_signature_in_public_whatever_instrument_is_recorded(cast, as_):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        values = {"office": "mayor", "title": "Mayor", "instrument": "ordinance", "person": None}
        approvers.add(city=cast.tulsa, by=cast.lead, **values)
    version = submit(cast.tulsa, cast.lead)
    browser = as_(cast.mayor)
    browser.post(reverse("strategy:version-code", args=["tulsa-us", 1]), {"sha256": version.sha256})
    sign_page = " ".join(text(browser.get(reverse("strategy:version-sign", args=["tulsa-us", 1]))).split())
    assert "Your approval is recorded with the instrument that the city chose: ordinance or law." in sign_page
    sign(version, cast.mayor)
    public = " ".join(text(as_(None).get(page(version.code))).split())
    assert "ordinance" not in public
    assert "Signature · on this site" in public


def test_paper_has_its_instrument_in_public(as_, signed):
    with rls.every_city():
        seal = PublicSeal.objects.get()
        [row] = seal.signatures
        paper = {"manner": "paper", "instrument": "resolution", "signed_on": "2026-03-10"}
        PublicSeal.objects.update(signatures=[row | paper])
    assert "council resolution" in text(as_(None).get(page(signed.code)))


def test_asking_for_a_signed_versions_pdf_gives_the_one_file(cast, as_, signed):
    with rls.every_city():
        row = cast.tulsa.export_set.get(kind="version-pdf")
        cast.tulsa.export_set.update(state="done", file=signed.pdf)
    data = {"kind": "strategy-pdf", "version": "1"}
    answer = as_(cast.lead).post(reverse("cities:export-ask", args=["tulsa-us"]), data)
    assert answer["Location"] == reverse("cities:export", args=["tulsa-us", row.pk])
    with rls.every_city():
        assert cast.tulsa.export_set.count() == 1


@pytest.fixture
def rendered(cast):
    """A version signed by the mayor, and the bytes of the PDF that this site's renderer made of it."""
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead, pdf=False)
    with rls.every_city():
        export = cast.tulsa.export_set.get(kind="version-pdf")
    render_file(cast.tulsa.pk, export.pk)
    version = fresh(version)
    sign(version, cast.mayor)
    with default_storage.open(version.pdf) as file:
        return version, file.read()


@pytest.mark.slow
def test_altered_copy_of_a_real_pdf_is_named_by_the_code_inside_it(as_, rendered):
    version, content = rendered
    browser = as_(None)
    good = browser.post(reverse("strategy:verify"), {"file": upload(content)})
    assert heading(good) == "This file is the one that was signed"
    code = version.code.encode()
    inside = [found.start() for found in re.finditer(re.escape(code), content)]
    assert inside, "the code can be read in the bytes of the file"
    for place in (len(content) // 3, len(content) // 2, inside[0] - 1, inside[0] + len(code)):
        altered = bytearray(content)
        altered[place] ^= 1
        answer = browser.post(reverse("strategy:verify"), {"file": upload(bytes(altered))})
        assert heading(answer) == "This file isn’t the one that was signed", place
        assert f"What was signed: Tulsa Citywide Data Strategy, version {version.number}" in squeezed(text(answer))
        assert version.code in text(answer), place


@pytest.mark.parametrize("parts", [[PDF, b"%PDF- other"], [b"%PDF- other", PDF], [PDF[:9], PDF[9:]]])
@pytest.mark.parametrize("name", ["verify", "verify-code"])
def test_two_files_at_once_are_refused_and_neither_is_judged(as_, signed, parts, name):
    url = reverse(f"strategy:{name}", args=[signed.code] if name == "verify-code" else [])
    answer = as_(None).post(url, {"file": [upload(part) for part in parts]})
    assert "You sent more than one file. Choose one PDF file." in text(answer)
    for verdict in ("This file is the one", "This file isn’t the one", "byte for byte", "SHA-256 of your file"):
        assert verdict not in text(answer)


def test_the_template_is_shown_by_its_name(cast, as_, signed):
    version = reverse("strategy:version", args=["tulsa-us", signed.number])
    for viewer, address in ((None, page(signed.code)), (cast.lead, version)):
        answer = text(as_(viewer).get(address))
        assert signed.template not in answer
        assert "Citywide Data Strategy, version" in answer
    with rls.every_city(), thawed(PublicSeal):
        PublicSeal.objects.update(template="no-longer-there 9")
    assert "no-longer-there 9" in text(as_(None).get(page(signed.code)))
