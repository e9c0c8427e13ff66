"""Program content: texts by language, one canonical form, and versions that never change once published."""

import json

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator.content_versions import canonical, digest, in_language, open_version, read
from curriculum.models import ProgramVersion, RubricVersion

NAME = {"en": "Program", "es": "Programa", "pt-br": "Programa BR"}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Program"),
        ("es", "Programa"),
        ("es-ar", "Programa"),
        ("pt-br", "Programa BR"),
        ("pt", "Program"),
        ("fr", "Program"),
    ],
)
def test_in_language_is_the_readers_else_the_wider_else_english(language, text):
    assert in_language(NAME, language) == text
    with translation.override(language):
        assert in_language(NAME) == text


@pytest.mark.parametrize("texts", [{}, {"es": "Hola"}, {"en": ""}, {"en": "", "fr": ""}])
def test_in_language_without_an_english_text_is_empty(texts):
    assert in_language(texts, "fr") == ""


def test_in_language_passes_over_a_translation_that_is_empty():
    assert in_language({"en": "Goals", "es": "", "es-ar": ""}, "es-ar") == "Goals"


def test_in_language_where_translation_is_off_is_english():
    with translation.override(None):
        assert in_language(NAME) == "Program"


@given(PLAIN)
def test_canonical_is_read_back_and_has_no_other_form(value):
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers(), min_size=2, max_size=6))
def test_digest_does_not_depend_on_the_order_of_keys(value):
    turned = dict(reversed(value.items()))
    assert digest(turned) == digest(value)
    assert len(digest(value)) == 64


@pytest.mark.parametrize(
    ("one", "other"), [([1, 2], [2, 1]), ({"a": 1}, {"a": "1"}), ({"a": None}, {}), ("é", "e\u0301"), ([], {})]
)
def test_digest_of_what_differs_differs(one, other):
    assert digest(one) != digest(other)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"share": float("-inf")}])
def test_canonical_of_what_json_cannot_hold_is_an_error(value):
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(value)


def test_canonical_has_sorted_keys_no_spaces_and_plain_letters():
    assert canonical({"b": [1, "São Paulo"], "a": True}) == '{"a":true,"b":[1,"São Paulo"]}'


def test_read_gives_the_content_and_a_digest_without_white_space(tmp_path):
    narrow, wide = tmp_path / "narrow.json", tmp_path / "wide.json"
    narrow.write_text('{"b":"é","a":1}', encoding="utf-8")
    wide.write_text('{\n  "a": 1,\n  "b": "\\u00e9"\n}\n', encoding="utf-8")
    assert read(narrow) == read(wide) == ({"a": 1, "b": "é"}, digest({"a": 1, "b": "é"}))


@pytest.mark.django_db
def test_open_version_of_new_content_is_published_at_once():
    version, is_new = open_version(ProgramVersion, {"slug": "own", "version": 1, "name": NAME}, "a" * 64, weeks=10)
    assert is_new
    assert version.published_at is not None
    assert (version.weeks, version.digest) == (10, "a" * 64)
    with translation.override("es"):
        assert str(version) == "Programa 1"


@pytest.mark.django_db
def test_open_version_of_the_same_content_is_found_and_stays_as_it_is():
    data = {"slug": "own", "version": 1, "name": NAME}
    first, _is_new = open_version(ProgramVersion, data, "a" * 64, weeks=10)
    again, is_new = open_version(ProgramVersion, {**data, "name": {"en": "Else"}}, "a" * 64, weeks=12)
    assert not is_new
    assert (again.pk, again.weeks, again.title) == (first.pk, 10, "Program")


@pytest.mark.django_db
def test_open_version_of_other_content_under_a_number_that_is_taken_is_refused():
    data = {"slug": "own", "version": 3, "name": NAME}
    open_version(RubricVersion, data, "a" * 64)
    with pytest.raises(RuntimeError, match="own version 3 is published and never changes"):
        open_version(RubricVersion, data, "b" * 64)
    assert RubricVersion.objects.get(slug="own").digest == "a" * 64
    newer, is_new = open_version(RubricVersion, {**data, "version": 4}, "b" * 64)
    assert is_new
    assert list(RubricVersion.objects.filter(slug="own").values_list("number", flat=True)) == [4, 3]
