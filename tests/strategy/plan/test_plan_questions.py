"""The pages of a plan's file: questions before an import, columns matched by hand and remembered."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accelerator import rls
from strategy.models import Action, Strategy

NUMBERS = b"Objective,Action,Measure,Baseline\nAim,Go,Share,1.250\n"
OTHER_NAMES = b"Goal of ours,What we do,Who\nAim,Go,CDO\n"


def url(cast, name):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug])


def send(browser, cast, content, name="plan.csv"):
    return browser.post(url(cast, "plan-import"), {"file": SimpleUploadedFile(name, content)})


def columns(page):
    return {field.name: field.value() or "" for field in page.context["form"].column_fields}


def apply(browser, cast, page):
    return browser.post(url(cast, "plan-apply"), {"seen": page.context.get("seen", "")}, follow=True)


@pytest.fixture
def stored(every_city, cast):
    return lambda: list(Action.objects.filter(city=cast.tulsa).values_list("title", "owner_role", "baseline"))


def test_nothing_is_imported_before_the_questions_are_answered(cast, as_, stored):
    browser = as_(cast.lead)
    send(browser, cast, NUMBERS)
    page = browser.get(url(cast, "plan-preview"))
    text = page.content.decode()
    assert "What does “1.250” mean in this file?" in text
    assert "Import this row" not in text
    refused = apply(browser, cast, page)
    assert "Answer the questions about the file first. Nothing was imported." in refused.content.decode()
    assert stored() == []
    answer = {**columns(page), "numbers": ","}
    page = browser.post(url(cast, "plan-preview"), answer, follow=True)
    assert "“1.250” was read as 1,250." in page.content.decode()
    assert "1 row imported into the plan." in apply(browser, cast, page).content.decode()
    assert stored() == [("Go", "", 1250)]


def test_missing_answer_is_asked_for_again(cast, as_):
    browser = as_(cast.lead)
    send(browser, cast, NUMBERS)
    page = browser.get(url(cast, "plan-preview"))
    answer = browser.post(url(cast, "plan-preview"), columns(page))
    assert (answer.status_code, "Choose an answer." in answer.content.decode()) == (422, True)


def test_answer_can_be_changed_until_the_import(cast, as_, stored):
    browser = as_(cast.lead)
    send(browser, cast, NUMBERS)
    for mark in (",", "."):
        page = browser.get(url(cast, "plan-preview"))
        browser.post(url(cast, "plan-preview"), {**columns(page), "numbers": mark})
    apply(browser, cast, browser.get(url(cast, "plan-preview")))
    assert [str(baseline) for _title, _role, baseline in stored()] == ["1.250"]


def test_columns_are_matched_by_hand_and_remembered(cast, as_, stored):
    browser = as_(cast.lead)
    assert send(browser, cast, OTHER_NAMES).status_code == 302
    page = browser.get(url(cast, "plan-preview"))
    assert "Match the columns" in page.content.decode()
    matched = {"column-0": "objective", "column-1": "title", "column-2": "owner_role"}
    page = browser.post(url(cast, "plan-preview"), matched, follow=True)
    assert "Import this row into the plan" in page.content.decode()
    apply(browser, cast, page)
    assert stored() == [("Go", "CDO", None)]
    # Another person's next file of the same make needs no matching.
    colleague = as_(cast.member)
    send(colleague, cast, OTHER_NAMES.replace(b"Aim,Go", b"Aim,Go on"))
    text = colleague.get(url(cast, "plan-preview")).content.decode()
    assert "Import this row into the plan" in text
    assert "Columns matched the way your city chose last time: Goal of ours → Objective" in text
    assert Strategy.objects.get(city=cast.rosario).import_columns == {}


def test_recognized_column_can_be_matched_otherwise(cast, as_, stored):
    browser = as_(cast.lead)
    send(browser, cast, b"Objective,Action,Reason\nAim,Go,CDO\n")
    page = browser.get(url(cast, "plan-preview"))
    browser.post(url(cast, "plan-preview"), {**columns(page), "column-2": "owner_role"})
    apply(browser, cast, browser.get(url(cast, "plan-preview")))
    assert stored() == [("Go", "CDO", None)]


def test_two_columns_for_one_field_are_settled_by_hand(cast, as_, stored):
    browser = as_(cast.lead)
    send(browser, cast, b"Objective,Action,Title\nAim,Go,Went\n")
    page = browser.get(url(cast, "plan-preview"))
    assert "Two columns in the file are for “Action.” Choose one of them." in page.content.decode()
    refused = browser.post(
        url(cast, "plan-preview"), {"column-0": "objective", "column-1": "title", "column-2": "title"}
    )
    assert refused.status_code == 422
    page = browser.post(
        url(cast, "plan-preview"), {"column-0": "objective", "column-1": "unused", "column-2": "title"}, follow=True
    )
    apply(browser, cast, page)
    assert stored() == [("Went", "", None)]


def test_remembered_column_that_a_later_file_has_twice_is_named(cast, as_):
    browser = as_(cast.lead)
    send(browser, cast, b"Objective,Action,Notes\nAim,Go,x\n")
    page = browser.get(url(cast, "plan-preview"))
    browser.post(url(cast, "plan-preview"), {**columns(page), "column-2": "description"})
    send(browser, cast, b"Objective,Action,Notes,Notes\nAim,Go,x,y\n")
    page = browser.get(url(cast, "plan-preview"))
    assert "Two columns in the file are for “Description.” Rename or remove one." in page.content.decode()
    assert browser.post(url(cast, "plan-preview")).status_code == 422


def test_columns_with_accents_in_an_unknown_encoding_are_asked_about_first(cast, as_, stored):
    browser = as_(cast.lead)
    send(browser, cast, "Objetivo;Ação;Responsável: cargo\nMeta;Cadastrar imóveis;Secretária\n".encode("mac_roman"))
    page = browser.get(url(cast, "plan-preview"))
    assert "Which line is spelled correctly?" in page.content.decode()
    answer = {"encoding": "mac_roman", "column-0": "objective", "column-1": "unused", "column-2": "unused"}
    page = browser.post(url(cast, "plan-preview"), answer, follow=True)
    apply(browser, cast, page)
    assert stored() == [("Cadastrar imóveis", "Secretária", None)]


def test_questions_are_answered_by_those_who_edit_the_plan(cast, as_):
    assert as_(cast.mayor).post(url(cast, "plan-preview")).status_code == 403
    assert as_(cast.other_lead).post(url(cast, "plan-preview")).status_code == 404
    assert as_(cast.lead).post(url(cast, "plan-preview")).status_code == 302
    with rls.every_city():
        assert Strategy.objects.get(city=cast.tulsa).import_columns == {}
