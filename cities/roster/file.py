"""A roster as people send it, a CSV file out of some spreadsheet: bytes in, rows out; and a file to fill in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accelerator import mail
from accelerator.intake.files import FileKind, kind_of
from accelerator.naming import normalize
from cities.models import City
from cities.roles import Role

LARGEST = 1024 * 1024  # bytes
MOST_ROWS = 2000
SEPARATORS = (",", ";", "\t")

COLUMNS = {
    "city": gettext_lazy("city"),
    "region": gettext_lazy("region"),
    "country": gettext_lazy("country"),
    "person": gettext_lazy("person"),
    "email": gettext_lazy("e-mail"),
    "role": gettext_lazy("role"),
    "language": gettext_lazy("language"),
    "position": gettext_lazy("position"),
}
REQUIRED = ("city", "country", "person", "email", "role")
# Header words in English, Spanish and Portuguese, unaccented and in lower case.
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
_FIELDS = {word: name for name, words in _HEADERS.items() for word in words.split("|")}
_WORKBOOK = gettext_lazy(
    "This is an Excel workbook, not a CSV file. In Excel choose File, Save As, “CSV UTF-8” and upload that."
)
_FOREIGN = {
    FileKind.ARCHIVE: _WORKBOOK,
    FileKind.OLD_OFFICE: _WORKBOOK,
    FileKind.PDF: gettext_lazy("This is a PDF, not a CSV file. Save the table as CSV where it was made."),
}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff]")


class BadFile(ValueError):
    """The file cannot be read as a roster; the text says what and where."""


@dataclass(frozen=True, slots=True)
class Row:
    """A data row as it stands in the file, cells trimmed; `line` counts from 1 with the header's line."""

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


@dataclass(frozen=True, slots=True)
class Roster:
    """The rows of a file and what had to be assumed to read it, a sentence each."""

    rows: list[Row]
    remarks: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"rows": [asdict(row) for row in self.rows], "remarks": self.remarks}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Roster:
        return cls([Row(**row) for row in data["rows"]], list(data["remarks"]))


def read(content: bytes) -> Roster:
    """The rows of a CSV file; raises BadFile with one sentence for a file that is none."""
    text, remarks = _decode(content)
    text, separator = _separator(text)
    records = list(_records(text, separator))
    if not records:
        raise BadFile(_("The file is empty."))
    fields = _header(*records[0], separator)
    unused = [cell for cell, name in zip(records[0][1], fields, strict=True) if cell and not name]
    if unused:
        remarks.append(_("Columns that were not used: %(names)s.") % {"names": ", ".join(unused)})
    if len(records) == 1:
        raise BadFile(_("The file has a line of column names and no rows below it."))
    if len(records) - 1 > MOST_ROWS:
        raise BadFile(
            _("The file has %(count)d rows; at most %(most)d can be taken at once. Split it by city.")
            % {"count": len(records) - 1, "most": MOST_ROWS}
        )
    return Roster([_row(line, cells, fields) for line, cells in records[1:]], remarks)


def _decode(content: bytes) -> tuple[str, list[str]]:
    """The text, and a remark where it was not UTF-8."""
    kind = kind_of(content)
    if kind is FileKind.EMPTY:
        raise BadFile(_("The file is empty."))
    if len(content) > LARGEST:
        raise too_large(len(content))
    if kind in _FOREIGN:
        raise BadFile(str(_FOREIGN[kind]))
    remarks = []
    try:
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = _windows(content)
        remarks.append(_("The file is not UTF-8; it was read as Windows-1252, which Excel writes. Check the accents."))
    if _CONTROL.search(text):
        raise BadFile(_("This is not a text file. Save the table as “CSV UTF-8” and upload that."))
    return text, remarks


def _windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BadFile(_("This is not a text file. Save the table as “CSV UTF-8” and upload that.")) from error


def too_large(size: int) -> BadFile:
    """The refusal of a file of `size` bytes."""
    megabytes = f"{size / LARGEST:.1f}"
    return BadFile(_("The file has %(size)s MB; a roster may have at most 1 MB.") % {"size": megabytes})


def _separator(text: str) -> tuple[str, str]:
    """The text without Excel's own `sep=;` line, and the separator that finds the most column names."""
    told = re.match(r'\s*"?sep=([,;\t])"?[ \t]*(\r\n|\r|\n)', text, re.IGNORECASE)
    if told:
        return "\n" + text[told.end() :], told.group(1)
    first = next((line for line in re.split(r"\r\n|\r|\n", text) if line.strip(' \t,;"')), "")

    def names(separator: str) -> int:
        return sum(map(bool, map(_field, first.split(separator))))

    return text, max(SEPARATORS, key=lambda separator: (names(separator), first.count(separator)))


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold anything, with the number of the line that each begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [_clean(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(
                _("Line %(line)d cannot be read: a quotation mark opens there and does not close properly.")
                % {"line": line}
            ) from error
        if any(cells):
            yield line, cells


def _clean(cell: str) -> str:
    """One line, single spaces, nothing invisible."""
    return " ".join(cell.translate(_INVISIBLE).replace("\u00a0", " ").split())


def _field(cell: str) -> str:
    """The field that a header cell names, "" for none: `E-mail *`, `Estado/Provincia`, `País (código)`."""
    plain = re.sub(r"\(.*?\)", " ", normalize(_clean(cell)))
    whole = " ".join(re.findall(r"[^\W_]+", plain))
    parts = [" ".join(re.findall(r"[^\W_]+", part)) for part in re.split(r"[/|]| or | o | ou ", plain)]
    return next((_FIELDS[word] for word in (whole, *parts) if word in _FIELDS), "")


def _header(line: int, cells: Sequence[str], separator: str) -> list[str]:
    """The field of each column, "" for one not used; raises BadFile where a needed one is missing."""
    fields = [_field(cell) for cell in cells]
    known = [name for name in fields if name]
    twice = next((name for name in known if known.count(name) > 1), None)
    if twice:
        both = [_letter(place) for place, name in enumerate(fields) if name == twice]
        raise BadFile(
            _("Line %(line)d names the column “%(column)s” more than once (columns %(places)s).")
            % {"line": line, "column": COLUMNS.get(twice, twice), "places": ", ".join(both)}
        )
    missing = [COLUMNS[name] for name in REQUIRED if name not in known]
    if missing:
        raise BadFile(_missing(line, cells, missing, none=not known))
    return fields


def _missing(line: int, cells: Sequence[str], missing: Sequence[Any], *, none: bool) -> str:
    names, said = ", ".join(map(str, missing)), " | ".join(filter(None, cells))[:120]
    if none:
        return _("Line %(line)d should name the columns (%(names)s); it says: “%(said)s”.") % {
            "line": line,
            "names": names,
            "said": said,
        }
    return ngettext(
        "The file has no column “%(names)s”. Line %(line)d names: %(said)s.",
        "The file lacks the columns %(names)s. Line %(line)d names: %(said)s.",
        len(missing),
    ) % {"names": names, "line": line, "said": said}


def _letter(place: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _row(line: int, cells: Sequence[str], fields: Sequence[str]) -> Row:
    found = {name: cell for name, cell in zip(fields, cells, strict=False) if name}
    surname = found.pop("surname", "")
    if surname:
        found["person"] = f"{found.get('person', '')} {surname}".strip()
    found["email"] = _address(found.get("email", ""))
    return Row(line=line, surplus=sum(map(bool, cells[len(fields) :])), **found)


def _address(cell: str) -> str:
    """An e-mail address as it is stored, out of what is pasted: `Ana <ana@x.org>`, `mailto:ana@x.org`."""
    inside = re.search(r"<([^<>]*)>", cell)
    bare = (inside.group(1) if inside else cell).strip(" '\";,").lower().removeprefix("mailto:").strip()
    try:
        return mail.address(bare)
    except ValidationError:
        return bare  # the verdict on the row says so


def column_heading(name: str) -> str:
    """A column's name as a heading."""
    return capfirst(str(COLUMNS[name]))


def blank_file(cities: Iterable[City]) -> str:
    """A CSV file to fill in: the column names, and a lead's row for each city."""
    text = io.StringIO(newline="")
    text.write("\ufeff")  # so that Excel reads the accents
    sheet = csv.writer(text)
    sheet.writerow([str(name) for name in COLUMNS.values()])
    for city in cities:
        lead = Role.CITY_LEAD.label
        sheet.writerow([city.name, city.region, city.country, "", "", lead, city.language, ""])
    return text.getvalue()
