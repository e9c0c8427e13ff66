"""What the cells of a plan's file mean: by the file's other cells and language, else a question."""

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook

from accelerator import rls
from accelerator.intake.verdicts import Kind
from cities.models import City
from strategy.plan import sheets as plan_sheets
from strategy.plan.judging import Judge
from strategy.plan.understanding import understand

HEADS = {
    "en": (
        "Objective",
        "Action",
        "Measure",
        "Start quarter",
        "Due quarter",
        "Cost",
        "Baseline",
        "Baseline date",
        "Year 1 target",
    ),
    "pt": (
        "Objetivo",
        "Ação",
        "Indicador",
        "Início",
        "Prazo",
        "Custo",
        "Linha de base",
        "Data da linha de base",
        "Meta do ano 1",
    ),
}


@pytest.fixture
def city(cast):
    """A city without actions whose fiscal year, and plan, begin in July 2027."""
    with rls.every_city():
        City.objects.filter(pk=cast.tulsa.pk).update(fiscal_year_start=7)
        cast.tulsa.refresh_from_db()
        type(cast.tulsa.strategy).objects.filter(city=cast.tulsa).update(plan_year=2027)
        yield cast.tulsa


def as_csv(*rows, language="en", encoding="utf-8-sig"):
    """`rows` are dicts by field; the rest is blank."""
    names = ("objective", "title", "measure", "starts", "due", "cost_band", "baseline", "baseline_on", "target_1")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if language == "pt" else ",")
    writer.writerow(HEADS[language])
    for number, row in enumerate(rows, 1):
        row = {"objective": "Aim", "title": f"Action {number}", "measure": "Share"} | row
        writer.writerow([row.get(name, "") for name in names])
    return out.getvalue().encode(encoding)


def as_workbook(sheet_of):
    book = Workbook()
    book.active.append(HEADS["en"])
    sheet_of(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def previewed(city, content, **answers):
    strategy = type(city.strategy).objects.select_related("cohort").get(city=city)
    read = plan_sheets.read(content, answers)
    rows = understand(read, city=city, strategy=strategy, answers=answers, content=content)
    return rows, Judge(city, strategy, "en").judge(rows), read


def meaning_of(city, name, *texts, language="en", **answers):
    """What the first text is understood as, the row's errors, and the open questions."""
    rows, preview, _read = previewed(city, as_csv(*({name: text} for text in texts), language=language), **answers)
    errors = [str(problem) for problem in preview.actions[0].problems]
    return rows.actions[0][name], errors, [question.name for question in rows.questions if question.is_open]


@pytest.mark.parametrize(
    ("language", "texts", "meaning"),
    [
        ("pt", ["1.250"], "1250"),
        ("pt", ["1.250", "3.000,5"], "1250"),
        ("en", ["1,250"], "1250"),
        ("en", ["1.250", "2.5"], "1.25"),
        ("en", ["1.250", "2,5"], "1250"),
    ],
)
def test_number_is_decided_by_the_files_other_numbers_and_its_language(city, language, texts, meaning):
    assert meaning_of(city, "baseline", *texts, language=language) == (meaning, [], [])


@pytest.mark.parametrize(("language", "texts"), [("en", ["1,234", "12,5"]), ("pt", ["1.250", "3.5"])])
def test_number_that_contradicts_the_usual_sign_of_thousands_is_asked_about(city, language, texts):
    meaning, errors, questions = meaning_of(city, "baseline", *texts, language=language)
    assert (meaning, len(errors), questions) == ("", 1, ["numbers"])
    thousands = meaning_of(city, "baseline", *texts, language=language, numbers="." if language == "en" else ",")
    assert thousands == (texts[0].replace(",", "").replace(".", ""), [], [])


def test_row_with_a_question_is_not_counted_as_an_error(city):
    content = as_csv({"baseline": "1,234"}, {"baseline": "12,5"}, {"due": "soon"})
    _rows, preview, _read = previewed(city, content)
    kinds = [verdict.kind for verdict in preview.actions]
    assert kinds[0] == Kind.QUESTION
    assert (kinds[2], Kind.CHANGED.mark) == (Kind.REFUSED, "under_review")
    assert not preview.actions[0].is_written


@pytest.mark.parametrize(("language", "texts"), [("en", ["1.250"]), ("pt", ["1,250"]), ("en", ["1.250", "2.5", "2,5"])])
def test_number_whose_two_meanings_remain_is_asked_about(city, language, texts):
    meaning, errors, questions = meaning_of(city, "baseline", *texts, language=language)
    assert (meaning, errors, questions) == (
        "",
        [f"Baseline: “{texts[0]}” can be read in more than one way. Answer the questions about the file first."],
        ["numbers"],
    )
    answered = meaning_of(city, "baseline", *texts, language=language, numbers=",")
    assert answered == ("1250" if "." in texts[0] else "1.25", [], [])


def test_preview_shows_what_was_understood(city):
    content = as_csv({"baseline": "1.250", "target_1": "3.000,5", "due": "31/12/2027", "cost_band": "$50,000"})
    _rows, preview, _read = previewed(city, content)
    assert preview.actions[0].understood == [
        ("Due quarter", "31/12/2027", "Y1Q2 (Oct–Dec 2027)"),
        ("Cost", "$50,000", "USD 50,000 to USD 250,000"),
        ("Baseline", "1.250", "1,250"),
        ("Year 1 target", "3.000,5", "3,000.5"),
    ]
    changes = {column: after for column, _before, after in preview.actions[0].changes}
    assert (changes["Due quarter"], changes["Baseline"]) == ("Y1Q2 (Oct–Dec 2027)", "1,250")


def test_number_of_a_workbook_is_never_asked_about_and_a_percentage_is_what_people_see(city):
    def fill(sheet):
        sheet.append(["Aim", "Catalog", "Share", None, None, None, 0.42, date(2026, 9, 30), 1.125])
        sheet["G2"].number_format = "0%"

    rows, preview, _read = previewed(city, as_workbook(fill))
    row = rows.actions[0]
    assert (row["baseline"], row["target_1"], row["baseline_on"]) == ("42", "1.125", "2026-09-30")
    assert (rows.questions, preview.actions[0].problems) == ([], [])


@pytest.mark.parametrize(
    ("language", "texts", "meaning"),
    [
        ("en", ["03/04/2026", "30/09/2025"], "2026-04-03"),
        ("en", ["03/04/2026", "9/30/2025"], "2026-03-04"),
        ("en", ["Sep 30, 2025"], "2025-09-30"),
        ("en", ["30 de setembro de 2025"], "2025-09-30"),
        ("en", ["45930"], "2025-09-30"),
    ],
)
def test_date_is_decided_by_the_files_other_dates(city, language, texts, meaning):
    assert meaning_of(city, "baseline_on", *texts, language=language) == (meaning, [], [])


def test_date_whose_two_meanings_remain_is_asked_about(city):
    meaning, errors, questions = meaning_of(city, "baseline_on", "03/04/2026")
    assert (meaning, errors, questions) == (
        "",
        ["Baseline date: “03/04/2026” can be read in more than one way. Answer the questions about the file first."],
        ["dates"],
    )
    assert meaning_of(city, "baseline_on", "03/04/2026", "9/30/2025", "30/09/2025")[2] == ["dates"]
    assert meaning_of(city, "baseline_on", "03/04/2026", dates="day") == ("2026-04-03", [], [])
    rows, _preview, _read = previewed(city, as_csv({"baseline_on": "03/04/2026"}))
    assert rows.questions[0].options == [("day", "Apr 3, 2026"), ("month", "Mar 4, 2026")]


def test_date_in_a_language_with_one_order_is_decided_by_it(cast, city):
    City.objects.filter(pk=city.pk).update(country="BR")
    city.refresh_from_db()
    assert meaning_of(city, "baseline_on", "03/04/2026", language="pt") == ("2026-04-03", [], [])


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("Y1Q2", "Y1Q2"),
        ("31/12/2027", "2"),
        ("2027-12-31", "2"),
        ("12/31/2027", "2"),
        ("Jan 2027", ""),
        ("Jan 2028", "3"),
        ("enero de 2028", "3"),
        ("jan-28", "3"),
    ],
)
def test_date_names_its_quarter(city, text, quarter):
    meaning, errors, questions = meaning_of(city, "due", text)
    sentence = "Due quarter: “Jan 2027” is outside the plan’s period, Jul 2027–Jun 2030."
    assert (meaning, errors, questions) == (quarter, [] if quarter else [sentence], [])


def test_real_date_of_a_workbook_names_its_quarter(city):
    rows, preview, _read = previewed(
        city, as_workbook(lambda sheet: sheet.append(["Aim", "Go", None, None, date(2027, 12, 31)]))
    )
    assert (rows.actions[0]["due"], preview.actions[0].problems) == ("2", [])


@pytest.mark.parametrize("text", ["Q3 2027", "2027-Q3", "T3/2027", "3.º trimestre de 2027", "3rd quarter 2027"])
def test_quarter_of_a_year_is_asked_about_where_fiscal_years_differ(city, text):
    assert meaning_of(city, "due", text)[1:] == (
        [f"Due quarter: “{text}” can be read in more than one way. Answer the questions about the file first."],
        ["quarters"],
    )
    answered = {kind: meaning_of(city, "due", text, quarters=kind) for kind in ("calendar", "starts")}
    assert answered == {"calendar": ("1", [], []), "starts": ("3", [], [])}
    (question,) = previewed(city, as_csv({"due": text}))[0].questions
    assert [label for _kind, label in question.options] == [
        "Jul–Sep 2027, by calendar year",
        "Jan–Mar 2027, if fiscal years are named for the year they end",
        "Jan–Mar 2028, if fiscal years are named for the year they start",
    ]


def test_quarter_of_a_year_has_one_meaning_in_calendar_years(city):
    City.objects.filter(pk=city.pk).update(fiscal_year_start=1)
    city.refresh_from_db()
    assert meaning_of(city, "due", "Q3 2027") == ("3", [], [])


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("$50,000", "medium"),
        ("49,999", "low"),
        ("0", "none"),
        ("USD 250,000", "medium"),
        ("250,001 USD", "high"),
        ("US$ 1.2 million", "very_high"),
        ("40k", "low"),
        ("300 mil", "high"),
        ("R$ 1.200.000", "medium"),
        ("50.000", "medium"),
        ("a lot", "a lot"),
    ],
)
def test_amount_finds_its_cost_band(city, text, band):
    assert meaning_of(city, "cost_band", text)[0] == band


def test_merged_cells_fill_down_and_are_named(city):
    def fill(sheet):
        for title in ("One", "Two", "Three"):
            sheet.append([None, title])
        sheet["A2"] = "Shared aim"
        sheet.merge_cells("A2:A4")

    _rows, preview, read = previewed(city, as_workbook(fill))
    assert [row["objective"] for row in read.actions] == ["Shared aim"] * 3
    assert [row.is_refused for row in preview.actions] == [False] * 3
    assert read.remarks == ["The value of each merged cell was used for every row it covers: A2:A4 (Objective)."]


def test_heading_over_two_rows_is_no_row(city):
    book = Workbook()
    sheet = book.active
    sheet.append(["Objective", "Action"])
    sheet.append([None, None])
    sheet.append(["Aim", "Go"])
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:B2")
    out = io.BytesIO()
    book.save(out)
    assert [row["title"] for row in plan_sheets.read(out.getvalue()).actions] == ["Go"]


def test_hidden_rows_and_sheets_are_asked_about(city):
    def fill(sheet):
        for title in ("Seen", "Hidden", "Also hidden"):
            sheet.append(["Aim", title])
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True

    content = as_workbook(fill)
    rows, _preview, _read = previewed(city, content)
    assert [row["title"] for row in rows.actions] == ["Seen"]
    assert [(question.sentence, question.is_open) for question in rows.questions] == [
        ("These rows are hidden in the workbook: 3, 4. Import them too?", True)
    ]
    kept, _preview, _read = previewed(city, content, hidden="include")
    assert ([row["title"] for row in kept.actions], kept.is_settled) == (["Seen", "Hidden", "Also hidden"], True)
    left, _preview, _read = previewed(city, content, hidden="leave-out")
    assert ([row["title"] for row in left.actions], left.is_settled) == (["Seen"], True)


def test_encoding_that_the_file_does_not_show_is_asked_about(city):
    content = as_csv({"title": "Catálogo único"}, encoding="mac_roman")
    rows, _preview, _read = previewed(city, content)
    (question,) = rows.questions
    assert (question.name, question.is_open) == ("encoding", True)
    assert dict(question.options)["mac_roman"] == "Catálogo, único (Mac)"
    assert dict(question.options)["cp1252"] == "Cat‡logo, œnico (Windows)"
    answered, preview, _read = previewed(city, content, encoding="mac_roman")
    assert (answered.is_settled, preview.actions[0].name) == (True, "Catálogo único")
    assert previewed(city, as_csv({"title": "Catálogo"}))[0].questions == []
