"""The plan as a file: out and in again, with nothing lost, evaluated or half written."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from accelerator import rls
from accelerator.intake.files import UnreadableFile
from strategy.models import Action, Policy
from strategy.plan import actions as plan
from strategy.plan import registers, workbook
from strategy.plan import sheets as plan_sheets
from strategy.plan.judging import Judge
from strategy.plan.understanding import understand
from strategy.plan.vocabulary import ACTION_COLUMNS, COLUMNS, VALUES, column, value
from tests.examples import few


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


@pytest.fixture
def filled(cast):
    """Two objectives, three actions with every kind of value, a measure, a policy."""
    with rls.every_city():
        city = cast.tulsa
        policy = plan.add(Policy(city=city), by=None, title="Sharing order", type=registers.policy_types().first())
        first = plan.add_objective(city=city, by=None, title="One answer", component="governance")
        second = plan.add_objective(city=city, by=None, title="Sound data", component="quality")
        plan.add_measure(objective=first, by=None, measure="Days to an answer", baseline=9, target_1=Decimal("2.5"))
        one = plan.add_action(
            objective=first,
            by=None,
            title="=2+3",
            description="Two\nlines; “quoted”, 'and' ,commas",
            owner=cast.member,
            owner_role="-Chief",
            starts=1,
            due=4,
            cost_band="medium",
            fte=Decimal("1.50"),
            policy=policy,
            measure="+Meetings",
            baseline=Decimal("-4.25"),
            baseline_on=date(2026, 6, 30),
            target_1=Decimal("12"),
            direction="up",
            frequency="monthly",
        )
        plan.add_action(
            objective=first, by=None, title="'=quoted", depends_on=[one], baseline_unknown=True, measure="m"
        )
        plan.add_action(
            objective=second, by=None, title="@name", status="in_progress", percent=40, rag="amber", rag_reason="Late"
        )
        return city


def judged(city, content, language="en", answers=None):
    strategy = type(city.strategy).objects.select_related("cohort").get(city=city)
    read = plan_sheets.read(content, answers)
    rows = understand(read, city=city, strategy=strategy, answers=answers, content=content)
    return Judge(city, strategy, language).judge(rows)


def problems_of(verdict):
    return [str(problem) for problem in verdict.problems]


def as_csv(city, language="en"):
    return workbook.write_actions_csv(city, language)


def as_xlsx(city, language="en"):
    return workbook.write_workbook(city, language)


def table(*rows, headers=("Code", "Objective", "Action")):
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    return out.getvalue().encode()


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_exported_file_imported_again_changes_nothing(filled, every_city, write, language):
    preview = judged(filled, write(filled, language), language)
    assert [(v.kind, v.changes, problems_of(v)) for v in preview.actions] == [("unchanged", [], [])] * 3
    assert [v.kind for v in preview.measures] == ([] if write is as_csv else ["unchanged"])
    assert preview.absent == []


letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from(",;\"'=+-@")
texts = st.text(letters, min_size=1, max_size=60).map(str.strip).filter(bool)
amounts = st.none() | st.decimals(-(10**9), 10**9, places=3)


@few(10)
@given(
    title=texts,
    measure=texts,
    role=texts,
    baseline=amounts,
    target=amounts,
    first=st.integers(1, 12),
    last=st.integers(1, 12),
    language=st.sampled_from(["en", "es", "pt-br"]),
    days=st.none() | st.integers(-900, 900),
)
def test_any_action_exported_and_imported_stays_the_same(
    filled, every_city, title, measure, role, baseline, target, first, last, language, days
):
    first, last = sorted([first, last])
    row = filled.action_set.get(code="G1.1")
    when = date.fromordinal(date.today().toordinal() + days) if days is not None else None
    plan.change(
        row,
        stamp=row.stamp,
        by=None,
        title=title,
        measure=measure,
        owner_role=role[:120],
        baseline=baseline,
        target_2=target,
        starts=first,
        due=last,
        baseline_on=when,
    )
    for write in (as_csv, as_xlsx):
        preview = judged(filled, write(filled, language), language)
        assert [(v.kind, v.changes, problems_of(v)) for v in preview.all if v.kind != "unchanged"] == []


def test_every_label_of_a_file_in_any_language_is_read_back():
    for name, labels in COLUMNS.items():
        assert [column(word) for word in labels] == [name] * 3
    for name, known in VALUES.items():
        for stored, labels in known.items():
            assert [value(name, word) for word in labels] == [stored] * 3


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("priority", "Mayoral priority|Prioridad de la alcaldía|Prioridade da prefeitura"),
        ("owner_role", "Owner: role|Responsable: cargo|Responsável: cargo"),
        ("owner", "Owner: team e-mail|Responsable: correo del equipo|Responsável: e-mail da equipe"),
        ("owner_email", "Owner: other e-mail|Responsable: otro correo|Responsável: outro e-mail"),
        ("starts", "Starts|Starts in|Inicio|Início"),
        ("due", "Due|Due in|Plazo|Prazo"),
        ("depends_on", "Waits for|Depende de"),
        ("policy", "Policy or standard|Norma o política|Norma ou política"),
        ("resident_impact", "What residents notice|Qué notan los residentes|O que os moradores percebem"),
        ("direction", "Direction|Dirección|Direção"),
        ("frequency", "Frequency|Frecuencia|Frequência"),
        ("baseline_on", "Baseline from|Fecha de la línea de base|Data da linha de base"),
        ("baseline_unknown", "Baseline not known|Línea de base desconocida|Linha de base desconhecida"),
        ("target_1", "Target year 1|Meta año 1|Meta ano 1"),
        ("rag", "Red, amber, green|Semáforo"),
        ("is_resident_outcome", "Resident outcome|Resultado para residentes|Resultado para moradores"),
    ],
)
def test_headers_of_files_written_before_are_still_read(name, headers):
    assert {header: column(header) for header in headers.split("|")} == dict.fromkeys(headers.split("|"), name)


@pytest.mark.parametrize(
    ("name", "labels", "stored"),
    [
        ("component", "Calidad de datos|Qualidade de dados", "quality"),
        ("component", "Condições habilitadoras", "enablers"),
        ("direction", "Más es mejor|Mais é melhor", "up"),
        ("direction", "Stay at the level", "hold"),
        ("status", "No iniciada", "not_started"),
        ("status", "En curso", "in_progress"),
        ("status", "Terminada", "completed"),
        ("status", "Cancelled|Canceled|Cancelada", "cancelled"),
        ("rag", "Amber|Yellow|Amarillo|Amarelo|En riesgo", "amber"),
        ("rag", "En curso|No prazo|On track", "green"),
    ],
)
def test_labels_of_files_written_before_are_still_read(name, labels, stored):
    assert {label: value(name, label) for label in labels.split("|")} == dict.fromkeys(labels.split("|"), stored)


def test_a_formula_is_never_written_as_one(filled, every_city):
    cells = list(csv.reader(io.StringIO(as_csv(filled).decode("utf-8-sig"))))
    assert [row[2] for row in cells[1:]] == ["'=2+3", "''=quoted", "'@name"]
    assert not [cell for row in cells[1:] for cell in row if cell[:1] in "=+@\t\r" and cell]
    sheet = load_workbook(io.BytesIO(as_xlsx(filled)))["Actions"]
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=2+3", "s")
    assert as_csv(filled).startswith(b"\xef\xbb\xbf")


def test_workbook_explains_columns_and_limits_values(filled, every_city):
    book = load_workbook(io.BytesIO(as_xlsx(filled, "pt-br")))
    assert book.sheetnames == ["Ações", "Indicadores", "lists", "Políticas e normas", "Usos de IA", "Riscos", "Colunas"]
    rules = book["Ações"].data_validations.dataValidation
    assert len([rule for rule in rules if rule.type == "list"]) == 9
    assert book["Colunas"].max_row == len(ACTION_COLUMNS) + 2
    assert book["Políticas e normas"]["A2"].value == "Sharing order"


@pytest.mark.parametrize(("cell", "heading"), [("A2", "Code"), ("H2", COLUMNS[ACTION_COLUMNS[7]][0])])
def test_a_formula_in_a_file_refuses_its_row(filled, every_city, cell, heading):
    book = load_workbook(io.BytesIO(as_xlsx(filled)))
    book["Actions"][cell] = "=HYPERLINK(1)"
    out = io.BytesIO()
    book.save(out)
    verdict = judged(filled, out.getvalue()).actions[0]
    assert (verdict.kind, problems_of(verdict)) == (
        "refused",
        [f"{heading}: Cell {cell} contains a formula. Enter its value instead."],
    )


def test_a_percentage_in_a_workbook_is_the_number_that_people_see(filled, every_city):
    book = load_workbook(io.BytesIO(as_xlsx(filled)))
    sheet = book["Actions"]
    place = ACTION_COLUMNS.index("percent") + 1
    sheet.cell(4, place).value, sheet.cell(4, place).number_format = 0.55, "0%"
    out = io.BytesIO()
    book.save(out)
    assert judged(filled, out.getvalue()).actions[2].changes == [("Percent complete", "40", "55")]


def test_each_row_has_its_verdict(filled, every_city, cast):
    headers = (
        "Código",
        "Objetivo",
        "Acción",
        "Inicio",
        "Plazo",
        "Semáforo",
        "Motivo",
        "Responsable: correo del equipo",
    )
    preview = judged(
        filled,
        table(
            ("G1.1", "", "Another title", "Y1Q1", "y1 q4", "", "", cast.member.email),
            ("G9.9", "", "Nobody knows me", "", "", "", "", ""),
            ("", "Q1", "New one", "Y2Q1", "Y1Q1", "rojo", "", ""),
            ("", "Q1", "New one", "", "", "", "", "stranger@else.example"),
            ("", "A new aim", "First of it", "", "", "Verde", "", ""),
            ("", "", "Without an aim", "", "", "", "", ""),
            headers=headers,
        ),
        "es",
    )
    assert [v.kind for v in preview.actions] == ["changed", "refused", "refused", "refused", "added", "refused"]
    assert preview.actions[0].changes == [("Acción", "=2+3", "Another title")]
    assert problems_of(preview.actions[1]) == [
        "No action has the code G9.9. To add a new action, leave the code blank."
    ]
    assert problems_of(preview.actions[2]) == [
        "Trimestre de vencimiento: This action is due in Y1Q1, before it starts in Y2Q1. Change one of the two.",
        "Motivo: Explain why this action is at risk or off track.",
    ]
    assert problems_of(preview.actions[3]) == ["Responsable: correo del equipo: The owner isn’t on the city team."]
    assert preview.actions[4].new_objective == "A new aim"
    assert problems_of(preview.actions[5]) == ["A new action needs an objective."]
    assert [row.code for row in preview.absent] == ["G1.2", "Q1.1"]


def test_a_cycle_in_a_file_is_refused_by_name(filled, every_city):
    preview = judged(filled, table(("G1.1", "", "A", "G1.2"), headers=("Code", "Objective", "Action", "Depends on")))
    assert problems_of(preview.actions[0]) == [
        "These actions depend on each other in a circle: G1.1 → G1.2 → G1.1. Remove one of the dependencies."
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12.5", "12.5"), ("12,5", "12.5"), ("1 250", "1,250"), ("1.250,75", "1,250.75"), ("1,250.75", "1,250.75")],
)
def test_numbers_typed_in_local_formats_are_read(filled, every_city, typed, kept):
    preview = judged(filled, table(("G1.1", "", "=2+3", typed), headers=("Code", "Objective", "Action", "Baseline")))
    assert preview.actions[0].changes == [("Baseline", "-4.25", kept)]


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xd0\xcf\x11\xe0rest", "This is an old Excel file (.xls) or a password-protected one."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"MZ\x90\x00\x03\x00\x00\x00", "This isn’t an .xlsx workbook or a CSV file"),
        (b"PK\x03\x04broken", "The workbook is damaged"),
        (b"x" * (4 * 1024 * 1024 + 1), "The file is 4.1 MB. The limit is 4 MB."),
        (b"a,b\n1,2\n", "No table of actions found."),
        (b'Code,Action\n1,"open', "Line 2 can’t be read because a quotation mark isn’t closed properly."),
        (b"Code,Action,Title\n1,2,3\n", "Two columns in the file are for “Action.”"),
        (table(*[("", "Q1", "One")] * 2001), "The file has more than 2,000 rows"),
        (archive(word__document_xml="x"), "This isn’t an Excel workbook"),
        (archive(**{"xl__workbook.xml": "x", "xl__vbaProject.bin": "x"}), "This workbook has macros"),
        (
            archive(**{"xl__workbook.xml": b"0" * 43_000_000}),
            "We didn’t open this workbook because, once unzipped, it’s far larger than a table needs to be.",
        ),
        (archive(**{"xl__workbook.xml": "x"}), "The workbook is damaged"),
    ],
)
def test_file_without_a_plan_is_refused_with_a_message(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        plan_sheets.read(content)


@given(
    st.binary(max_size=300)
    | st.binary(max_size=300).map(lambda rest: b"PK\x03\x04" + rest)
    | st.text(max_size=200).map(lambda rest: f"Code,Objective,Action\n{rest}".encode())
)
def test_any_bytes_yield_rows_or_one_message(content):
    sheets, sentence = None, ""
    try:
        sheets = plan_sheets.read(content)
    except UnreadableFile as why:
        sentence = str(why)
    assert (sheets.actions or sheets.measures) if sheets else (sentence.endswith((".", ".”")) and "\n" not in sentence)


def test_entities_in_a_workbook_are_not_expanded(filled, every_city):
    bomb = b'<!DOCTYPE a [<!ENTITY b "boom"><!ENTITY c "&b;&b;&b;">]>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(filled))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                body = body.replace(b"<worksheet", bomb + b"<worksheet", 1)
            new.writestr(part.filename, body)
    with pytest.raises(UnreadableFile, match="damaged"):
        plan_sheets.read(out.getvalue())


def test_a_huge_sheet_is_not_read_to_its_end():
    book = Workbook()
    sheet = book.active
    sheet.append(["Code", "Objective", "Action"])
    sheet.append(["", "Q1", "One"])
    sheet.cell(25_000, 1, "x")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(UnreadableFile, match="too many rows"):
        plan_sheets.read(out.getvalue())


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_separator_is_detected(mark):
    text = mark.join(["Code", "Objective", "Action"]) + "\r\n" + mark.join(["", "G1", '"One; two, three"'])
    assert plan_sheets.read(text.encode("utf-8-sig")).actions == [
        {"line": 2, "code": "", "objective": "G1", "title": "One; two, three"}
    ]


# The pages


def send(browser, cast, content, name="plan.csv"):
    return browser.post(url(cast, "plan-import"), {"file": SimpleUploadedFile(name, content)})


def test_upload_is_previewed_before_it_is_applied(cast, as_, filled):
    browser = as_(cast.lead)
    content = table(
        ("G1.1", "", "Renamed", "Q1.1"),
        ("", "New aim", "Begin", ""),
        headers=("Code", "Objective", "Action", "Depends on"),
    )
    assert send(browser, cast, content).status_code == 302
    page = browser.get(url(cast, "plan-preview"))
    text = page.content.decode()
    assert "Import these 2 rows into the plan" in text
    assert "Adds the objective “New aim”" in text
    assert "G1.2 &#x27;=quoted" in text
    with rls.every_city():
        assert not Action.objects.filter(city=cast.tulsa, title="Renamed").exists()
    done = browser.post(url(cast, "plan-apply"), {"seen": page.context["seen"]}, follow=True)
    assert "2 rows imported into the plan." in done.content.decode()
    with rls.every_city():
        row = Action.objects.get(city=cast.tulsa, code="G1.1")
        assert (row.title, [link.on.code for link in row.dependencies.all()]) == ("Renamed", ["Q1.1"])
        assert Action.objects.get(city=cast.tulsa, title="Begin").objective.title == "New aim"
    assert browser.get(url(cast, "plan-preview")).status_code == 302


def test_a_preview_shows_what_is_refused_first_and_each_change(cast, as_, filled):
    browser = as_(cast.lead)
    headers = ("Code", "Objective", "Action", "Color")
    send(browser, cast, table(("G1.1", "", "Renamed", "x"), ("G9.9", "", "Unknown", ""), headers=headers))
    text = " ".join(browser.get(url(cast, "plan-preview")).content.decode().split())
    assert "Columns not used: Color." in text
    assert text.index("No action has the code G9.9") < text.index("<del>=2+3</del> <ins>Renamed</ins>")
    assert "Import this row and skip the ones with errors" in text


def test_plan_changed_after_the_preview_is_previewed_again(cast, as_, filled):
    browser = as_(cast.lead)
    send(browser, cast, table(("G1.1", "", "Renamed"), ("G1.2", "", "Also")))
    seen = browser.get(url(cast, "plan-preview")).context["seen"]
    with rls.every_city():
        row = Action.objects.get(city=cast.tulsa, code="G1.1")
        plan.change(row, stamp=row.stamp, by=cast.member, title="Theirs")
    answer = browser.post(url(cast, "plan-apply"), {"seen": seen}, follow=True)
    assert "The plan has changed since this preview was made, so nothing was imported." in answer.content.decode()
    assert "<del>Theirs</del>" in answer.content.decode()
    with rls.every_city():
        titles = Action.objects.filter(city=cast.tulsa).order_by("code").values_list("title", flat=True)
        assert list(titles) == ["Theirs", "'=quoted", "@name"]


def test_import_into_an_empty_plan_accepts_codes_of_the_file(cast, as_):
    browser = as_(cast.lead)
    rows = (("A-1", "Better data", "Count", ""), ("A-2", "Better data", "Name owners", "A-1"))
    send(browser, cast, table(*rows, headers=("Code", "Objective", "Action", "Depends on")))
    page = browser.get(url(cast, "plan-preview"))
    browser.post(url(cast, "plan-apply"), {"seen": page.context["seen"]})
    with rls.every_city():
        row = cast.tulsa.action_set.get(title="Name owners")
        assert (row.code, [link.on.title for link in row.dependencies.all()]) == ("G1.2", ["Count"])


def test_unreadable_file_shows_a_message_on_the_page(cast, as_, filled):
    answer = send(as_(cast.lead), cast, b"%PDF-1.4", "plan.xlsx")
    assert answer.status_code == 422
    assert "plan.xlsx: This is a PDF." in answer.content.decode()


def test_roles_that_may_export_and_import_the_plan(cast, as_, filled):
    for kind, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = as_(cast.mayor).get(url(cast, "plan-export"), {"as": kind})
        assert answer.content.startswith(begins)
        assert f".{kind}" in answer["Content-Disposition"]
    assert as_(cast.mayor).get(url(cast, "plan-import")).status_code == 403
    assert as_(cast.guest).get(url(cast, "plan-export")).status_code == 403
    assert as_(cast.other_lead).get(url(cast, "plan-export")).status_code == 404
    assert as_(cast.other_lead).post(url(cast, "plan-apply")).status_code == 404


def test_upload_for_one_city_is_not_applied_to_another(cast, as_, filled):
    browser = as_(cast.lead)
    send(browser, cast, table(("G1.1", "", "Renamed")))
    session = browser.session
    session["plan-import"] = {**session["plan-import"], "city": cast.rosario.pk}
    session.save()
    assert browser.get(url(cast, "plan-preview")).status_code == 302


def test_file_that_differs_by_letter_case_changes_those_texts(cast, as_, filled):
    """Rows are matched without regard to case, so a measure's or an action's own text can differ."""
    with rls.every_city():
        book = load_workbook(io.BytesIO(as_xlsx(filled)))
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.value in {"Days to an answer", "Sound data", "@name"}:
                cell.value = cell.value.upper()
    changed = io.BytesIO()
    book.save(changed)
    browser = as_(cast.lead)
    assert send(browser, cast, changed.getvalue(), name="plan.xlsx").status_code == 302
    seen = browser.get(url(cast, "plan-preview")).context["seen"]
    done = browser.post(url(cast, "plan-apply"), {"seen": seen}, follow=True)
    assert "2 rows imported into the plan." in done.content.decode()
    with rls.every_city():
        assert filled.objectivemeasure_set.get().measure == "DAYS TO AN ANSWER"
        assert [row.title for row in filled.objective_set.all()] == ["One answer", "Sound data"]
        assert filled.action_set.get(code="Q1.1").title == "@NAME"
