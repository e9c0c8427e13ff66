"""A roster as an XLSX or CSV file: bytes in, rows out; and a template to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from openpyxl.utils import get_column_letter

from accelerator import formats, mail
from accelerator.intake import sheets
from accelerator.intake.cells import Formula, Value, one_line, write_csv
from accelerator.intake.files import ENCODINGS, UnreadableFile
from accelerator.intake.questions import INCLUDE, Question, encoding_question, hidden_question
from accelerator.intake.sheets import Limits, Sheet, merged_remark, read_sheets, top_rows
from accelerator.names import visible
from accelerator.naming import normalize
from cities.models import City
from cities.roles import Role

LIMITS = Limits(megabytes=1)
MOST_ROWS = 2000

COLUMNS = {
    "city": gettext_lazy("city"),
    "region": gettext_lazy("region"),
    "country": gettext_lazy("country"),
    "person": gettext_lazy("person"),
    "email": gettext_lazy("email"),
    "role": gettext_lazy("role"),
    "language": gettext_lazy("language"),
    "position": gettext_lazy("position"),
}
REQUIRED = ("city", "country", "person", "email", "role")
# Column names in English, Spanish and Portuguese, unaccented and lowercase.
_HEADERS = {
    "city": "city|city name|ciudad|cidade|municipality|municipio|town",
    "region": "region|regiao|state|province|department|estado|provincia|departamento|uf",
    "country": "country|pais|nation",
    "person": "person|name|full name|person name|first name|participant|persona|nombre|nombre completo|"
    "nombre y apellido|nombres|pessoa|nome|nome completo|participante",
    "surname": "last name|surname|family name|apellido|apellidos|sobrenome",
    "email": "e mail|email|mail|e mail address|email address|correo|correo electronico|correo e|"
    "direccion de correo|endereco de e mail|endereco de email|endereco eletronico|correio eletronico",
    "role": "role|rol|papel|funcion|funcao|perfil",
    "language": "language|preferred language|idioma|lengua|lingua|idioma preferido",
    "position": "position|title|job title|cargo|puesto|posicion|posicao|titulo",
}
_NAMES = ("person", "surname")
_FIELDS = {word: name for name, words in _HEADERS.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class Row:
    """A data row of the file, each cell on one line; `line` counts as a spreadsheet does."""

    line: int
    city: str = ""
    region: str = ""
    country: str = ""
    person: str = ""
    email: str = ""
    role: str = ""
    language: str = ""
    position: str = ""
    surplus: int = 0  # cells beyond the header's columns
    formulas: dict[str, str] = field(default_factory=dict)  # where there is a formula (`E2`), by field


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows of a file, the assumptions made to read it, one sentence each, and what only a person knows."""

    rows: list[Row]
    remarks: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"rows": [asdict(row) for row in self.rows], "remarks": self.remarks}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Roster:
        return cls([Row(**row) for row in data["rows"]], list(data["remarks"]))


def read(content: bytes, answers: Mapping[str, str] | None = None) -> Roster:
    """The first table in an XLSX or CSV file that has a roster's columns; raises UnreadableFile.

    `answers` are a person's, by question.
    """
    first_rows, answers = [], answers or {}
    encoding = answers.get("encoding", "")
    for sheet in read_sheets(content, LIMITS, is_column=lambda cell: bool(_field_of(cell)), encoding=encoding):
        for line, cells in top_rows(sheet.rows):
            header = [visible(one_line(cell)) for cell in cells]
            if any(map(_field_of, header)):
                roster = _read_table(sheet, line, header, answers.get("hidden", ""))
                if sheet.encoding in ENCODINGS:
                    roster.questions.append(encoding_question(content, encoding))
                return roster
            if any(header):
                first_rows.append((line, header))
    if first_rows:
        raise UnreadableFile(_missing_message(*first_rows[0], [COLUMNS[name] for name in REQUIRED], none=True))
    raise UnreadableFile(_("The file is empty."))


def _read_table(sheet: Sheet, line: int, header: list[str], hidden: str) -> Roster:
    fields = _fields(line, header)
    remarks = []
    unused = [cell for cell, name in zip(header, fields, strict=True) if cell and not name]
    if unused:
        remarks.append(_("Columns not used: %(names)s.") % {"names": ", ".join(unused)})
    found = [row for row in sheet.rows if _has_content(row)]
    unseen = [row.number for row in found if row.is_hidden]
    kept = [row for row in found if hidden == INCLUDE or not row.is_hidden]
    filled = {header[place] for row in kept for place in row.filled if place < len(header) and fields[place]}
    remarks += merged_remark(sheet, filled)
    rows = [_row(row.number, row.cells, fields) for row in kept]
    if not found:
        raise UnreadableFile(_("The file has a row of column names but no rows below it."))
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(
            _("The file has %(count)s rows. The limit is %(most)s. Split the file by city.")
            % {"count": formats.number(len(rows)), "most": formats.number(MOST_ROWS)}
        )
    return Roster(rows, remarks, [hidden_question(unseen, hidden)] if unseen else [])


def _has_content(row: sheets.Row) -> bool:
    return any(isinstance(cell, Formula) or one_line(cell) for cell in row.cells)


def _field_of(cell: str) -> str:
    """The field that a header cell names, or "": `E-mail *`, `Estado/Provincia`, `País (código)`."""
    plain = re.sub(r"\(.*?\)", " ", normalize(one_line(cell)))
    whole = " ".join(re.findall(r"[^\W_]+", plain))
    parts = [" ".join(re.findall(r"[^\W_]+", part)) for part in re.split(r"[/|]| or | o | ou ", plain)]
    return next((_FIELDS[word] for word in (whole, *parts) if word in _FIELDS), "")


def _fields(line: int, cells: Sequence[str]) -> list[str]:
    """The field of each column, "" if unused; raises UnreadableFile if a required one is missing."""
    fields = [_field_of(cell) for cell in cells]
    recognized = [name for name in fields if name]
    repeated = next((name for name in recognized if recognized.count(name) > 1), None)
    # With two address columns, for example, the wrong one would invite strangers.
    if repeated:
        letters = [get_column_letter(place) for place, name in enumerate(fields, 1) if name == repeated]
        raise UnreadableFile(
            _("Row %(line)d has more than one “%(column)s” column (columns %(places)s). Keep only one.")
            % {"line": line, "column": COLUMNS.get(repeated, repeated), "places": ", ".join(letters)}
        )
    missing = [COLUMNS[name] for name in REQUIRED if name not in recognized]
    if missing:
        raise UnreadableFile(_missing_message(line, cells, missing, none=False))
    return fields


def _missing_message(line: int, cells: Sequence[str], missing: Sequence[Any], *, none: bool) -> str:
    names, header = ", ".join(map(str, missing)), " | ".join(filter(None, cells))[:120]
    if none:
        return _("Row %(line)d should contain the column names (%(names)s), but it says: “%(said)s.”") % {
            "line": line,
            "names": names,
            "said": header,
        }
    return ngettext(
        "The file has no “%(names)s” column. The columns in row %(line)d are: %(said)s.",
        "The file is missing these columns: %(names)s. The columns in row %(line)d are: %(said)s.",
        len(missing),
    ) % {"names": names, "line": line, "said": header}


def _row(line: int, cells: Sequence[Value], fields: Sequence[str]) -> Row:
    named_cells = [(name, cell) for name, cell in zip(fields, cells, strict=False) if name]
    values = {name: one_line(cell) for name, cell in named_cells}
    # A name is judged as it was written; whatever else the preview quotes shows nothing invisible.
    values = {name: text if name in _NAMES else visible(text) for name, text in values.items()}
    # Some rosters have first name and surname in two columns.
    surname = values.pop("surname", "")
    if surname:
        values["person"] = f"{values.get('person', '')} {surname}".strip()
    values["email"] = _address(values.get("email", ""))
    formulas = {name: cell.place for name, cell in named_cells if isinstance(cell, Formula)}
    surplus = sum(bool(one_line(cell)) for cell in cells[len(fields) :])
    return Row(line=line, surplus=surplus, formulas=formulas, **values)


def _address(cell: str) -> str:
    """A normalized email address from what people paste: `Ana <ana@x.org>`, `mailto:ana@x.org`."""
    match = re.search(r"<([^<>]*)>", cell)
    bare = (match.group(1) if match else cell).strip(" '\";,").lower().removeprefix("mailto:").strip()
    try:
        return mail.address(bare)
    except ValidationError:
        return bare  # the row's verdict reports it


def column_heading(name: str) -> str:
    """A column's name as a heading; a surname is part of the person's name."""
    return capfirst(str(COLUMNS.get(name, COLUMNS["person"])))


def blank_file(cities: Iterable[City]) -> bytes:
    """A CSV file to fill in: column names, and a row for each city's lead."""
    lead = str(Role.CITY_LEAD.label)
    rows = ([city.name, city.region, city.country, "", "", lead, city.language, ""] for city in cities)
    return write_csv([[str(name) for name in COLUMNS.values()], *rows])
