"""The columns and values of the plan's spreadsheet in English, Spanish and Portuguese, in this order."""

from __future__ import annotations

import re
from typing import Any

from accelerator import formats
from accelerator.conflicts import as_posted
from accelerator.naming import normalize
from cities.currencies import DOLLAR, currencies
from strategy.plan import costs
from strategy.plan.costs import LANGUAGES, Labels
from strategy.plan.models import MEASURE_FIELDS, QUARTERS, Direction, Frequency, Rag, Status
from strategy.template.models import Component

# Not in the catalogs: a file is read back in any of the languages, also in one that was written years ago.
COLUMNS: dict[str, Labels] = {
    "code": ("Code", "Código", "Código"),
    "objective": ("Objective", "Objetivo", "Objetivo"),
    "title": ("Action", "Acción", "Ação"),
    "description": ("Description", "Descripción", "Descrição"),
    "component": ("Component", "Componente", "Componente"),
    "priority": ("Mayoral priority", "Prioridad de la alcaldía", "Prioridade da prefeitura"),
    "owner_role": ("Owner: role", "Responsable: cargo", "Responsável: cargo"),
    "owner": ("Owner: team e-mail", "Responsable: correo del equipo", "Responsável: e-mail da equipe"),
    "owner_name": ("Owner: name", "Responsable: nombre", "Responsável: nome"),
    "owner_email": ("Owner: other e-mail", "Responsable: otro correo", "Responsável: outro e-mail"),
    "department": ("Department", "Área", "Secretaria"),
    "supporting": ("Supporting departments", "Áreas de apoyo", "Secretarias de apoio"),
    "starts": ("Starts", "Inicio", "Início"),
    "due": ("Due", "Plazo", "Prazo"),
    "depends_on": ("Waits for", "Depende de", "Depende de"),
    "cost_band": ("Cost", "Costo", "Custo"),
    "fte": ("Staff (FTE)", "Personal (jornadas completas)", "Pessoal (tempo integral)"),
    "funding": ("Funding source", "Fuente de financiamiento", "Fonte de recursos"),
    "policy": ("Policy or standard", "Norma o política", "Norma ou política"),
    "resident_impact": ("What residents notice", "Qué notan los residentes", "O que os moradores percebem"),
    "measure": ("Measure", "Indicador", "Indicador"),
    "unit": ("Unit", "Unidad", "Unidade"),
    "direction": ("Direction", "Dirección", "Direção"),
    "source": ("Data source", "Fuente de datos", "Fonte de dados"),
    "frequency": ("Frequency", "Frecuencia", "Frequência"),
    "baseline": ("Baseline", "Línea de base", "Linha de base"),
    "baseline_on": ("Baseline from", "Fecha de la línea de base", "Data da linha de base"),
    "baseline_unknown": ("Baseline not known", "Línea de base desconocida", "Linha de base desconhecida"),
    "target_1": ("Target year 1", "Meta año 1", "Meta ano 1"),
    "target_2": ("Target year 2", "Meta año 2", "Meta ano 2"),
    "target_3": ("Target year 3", "Meta año 3", "Meta ano 3"),
    "status": ("Status", "Estado", "Situação"),
    "percent": ("Percent done", "Porcentaje de avance", "Percentual concluído"),
    "rag": ("Red, amber, green", "Semáforo", "Semáforo"),
    "rag_reason": ("Reason", "Motivo", "Motivo"),
    "evidence": ("Evidence", "Evidencia", "Evidência"),
    "is_resident_outcome": ("Resident outcome", "Resultado para residentes", "Resultado para moradores"),
}
ACTION_COLUMNS = [name for name in COLUMNS if name != "is_resident_outcome"]
MEASURE_COLUMNS = ["objective", *MEASURE_FIELDS, "is_resident_outcome"]

_YES: Labels = ("yes", "sí", "sim")
_NO: Labels = ("no", "no", "não")
VALUES: dict[str, dict[str, Labels]] = {
    "component": {
        Component.GOVERNANCE: ("Data governance", "Gobernanza de datos", "Governança de dados"),
        Component.QUALITY: ("Data quality", "Calidad de datos", "Qualidade de dados"),
        Component.USE: ("Data use", "Uso de datos", "Uso de dados"),
        Component.TRANSPARENCY: ("Transparency", "Transparencia", "Transparência"),
        Component.ENABLERS: ("Enablers", "Condiciones habilitantes", "Condições habilitadoras"),
    },
    "cost_band": costs.labels(DOLLAR),
    "direction": {
        Direction.UP: ("Higher is better", "Más es mejor", "Mais é melhor"),
        Direction.DOWN: ("Lower is better", "Menos es mejor", "Menos é melhor"),
        Direction.HOLD: ("Stay at the level", "Mantener el nivel", "Manter o nível"),
    },
    "frequency": {
        Frequency.MONTHLY: ("Monthly", "Mensual", "Mensal"),
        Frequency.QUARTERLY: ("Quarterly", "Trimestral", "Trimestral"),
        Frequency.YEARLY: ("Yearly", "Anual", "Anual"),
    },
    "status": {
        Status.NOT_STARTED: ("Not started", "No iniciada", "Não iniciada"),
        Status.IN_PROGRESS: ("In progress", "En curso", "Em andamento"),
        Status.ON_HOLD: ("On hold", "En pausa", "Em pausa"),
        Status.COMPLETED: ("Completed", "Terminada", "Concluída"),
        Status.CANCELLED: ("Cancelled", "Cancelada", "Cancelada"),
    },
    "rag": {
        Rag.GREEN: ("Green", "Verde", "Verde"),
        Rag.AMBER: ("Amber", "Amarillo", "Amarelo"),
        Rag.RED: ("Red", "Rojo", "Vermelho"),
    },
    "baseline_unknown": {"on": _YES, "": _NO},
    "is_resident_outcome": {"on": _YES, "": _NO},
}

_QUARTERS: dict[str, Labels] = {
    str(number): (formats.quarter(number, "en"), formats.quarter(number, "es"), formats.quarter(number, "pt"))
    for number in range(1, QUARTERS + 1)
}
# The columns that have a list of values: by the value as a form sends it.
CHOICES: dict[str, dict[str, Labels]] = {**VALUES, "starts": _QUARTERS, "due": _QUARTERS}

SHEETS: dict[str, Labels] = {
    "actions": ("Actions", "Acciones", "Ações"),
    "measures": ("Measures", "Indicadores", "Indicadores"),
    "policies": ("Policies", "Normas", "Normas"),
    "ai_uses": ("Uses of AI", "Usos de IA", "Usos de IA"),
    "risks": ("Risks", "Riesgos", "Riscos"),
    "columns": ("Columns", "Columnas", "Colunas"),
}
# The columns of the sheet that explains the others.
EXPLANATION: list[Labels] = [
    ("Column", "Columna", "Coluna"),
    ("Meaning", "Significado", "Significado"),
    ("Values", "Valores", "Valores"),
]
# What each column means, where its name does not say it.
HELP: dict[str, Labels] = {
    "code": (
        "Given by the program; keep it as it is. Leave it empty to add an action.",
        "Lo asigna el programa; no lo cambie. Déjelo vacío para agregar una acción.",
        "Dado pelo programa; não mude. Deixe vazio para incluir uma ação.",
    ),
    "objective": (
        "The objective’s code and title; a title that is not in the plan yet adds an objective.",
        "Código y título del objetivo; un título que aún no está en el plan agrega un objetivo.",
        "Código e título do objetivo; um título que ainda não está no plano inclui um objetivo.",
    ),
    "owner": (
        "The e-mail address of a person of the city’s team here.",
        "El correo de una persona del equipo de la ciudad en este sitio.",
        "O e-mail de uma pessoa da equipe da cidade neste site.",
    ),
    "starts": ("Y1Q1 to Y3Q4", "A1T1 a A3T4", "A1T1 a A3T4"),
    "due": (
        "Y1Q1 to Y3Q4, not before the start",
        "A1T1 a A3T4, no antes del inicio",
        "A1T1 a A3T4, não antes do início",
    ),
    "depends_on": (
        "Codes of other actions, separated by commas",
        "Códigos de otras acciones, separados por comas",
        "Códigos de outras ações, separados por vírgulas",
    ),
    "policy": (
        "The title of a policy in the register",
        "El título de una norma del registro",
        "O título de uma norma do registro",
    ),
    "baseline_on": ("A date, 2027-06-30", "Una fecha, 2027-06-30", "Uma data, 2027-06-30"),
    "percent": ("0 to 100", "0 a 100", "0 a 100"),
    "rag_reason": ("Needed for amber and red", "Necesario para amarillo y rojo", "Necessário para amarelo e vermelho"),
}


def in_language(labels: Labels, language: str) -> str:
    base = language.split("-")[0]
    return labels[LANGUAGES.index(base) if base in LANGUAGES else 0]


def header(name: str, language: str) -> str:
    return in_language(COLUMNS[name], language)


def choices_in(currency: str) -> dict[str, dict[str, Labels]]:
    """`CHOICES` of a city that plans in this currency."""
    return CHOICES | {"cost_band": costs.labels(currency)}


def label(name: str, value: Any, language: str, currency: str = DOLLAR) -> str:
    """The label of a value in a column of choices; an unknown value as it is."""
    labels = choices_in(currency)[name].get(as_posted(value))
    return in_language(labels, language) if labels else str(value or "")


def column(header: str) -> str:
    """The field that a header names in any of the languages, or ""."""
    return _NAMES_OF_COLUMNS.get(_plain(header), "")


def value(name: str, text: str) -> str:
    """The value that a form posts for a label; unknown text as it is, so that the form refuses it by name."""
    if name in ("baseline_unknown", "is_resident_outcome"):
        return "on" if _plain(text) in _TRUE else ""
    # "Y1 Q2 (Oct–Dec 2027)" is Y1Q2, and so is "A1T2", in a file of any language.
    wording = text.replace(" ", "").split("(")[0] if name in ("starts", "due") else text
    return _NAMES_OF_VALUES[name].get(_plain(wording), text) if text else ""


def _plain(text: str) -> str:
    # Accents, punctuation and case differ from file to file.
    return " ".join(re.findall(r"[^\W_]+", normalize(text)))


# Headers of the files that cities bring from elsewhere.
_OTHER_HEADERS = {
    "title": "action title|titulo|title|titulo de la accion|titulo da acao",
    "objective": "objective code|goal|codigo del objetivo|codigo do objetivo|meta",
    "owner_role": "owner|responsible|responsable|responsavel|role|cargo",
    "due": "due quarter|deadline|fecha limite|vencimiento|entrega",
    "starts": "start|start quarter|empieza|comeca",
    "depends_on": "depends on|dependencies|dependencias",
    "rag": "rag|semaforo",
    "percent": "percent|avance|avanco",
}
_NAMES_OF_COLUMNS = {_plain(text): name for name, labels in COLUMNS.items() for text in (*labels, name)} | {
    _plain(text): name for name, others in _OTHER_HEADERS.items() for text in others.split("|")
}
_NAMES_OF_VALUES = {
    name: {_plain(text): value for value, labels in values.items() for text in (*labels, value)}
    for name, values in CHOICES.items()
}
# A file may come from a city that plans in another currency; older ones have dollars without their code.
_NAMES_OF_VALUES["cost_band"] |= {
    _plain(text): value for code in currencies() for value, labels in costs.labels(code).items() for text in labels
} | {name.replace(" usd", "").removeprefix("usd "): value for name, value in _NAMES_OF_VALUES["cost_band"].items()}
# What people mark a column of yes and no with.
_TRUE = {"x", "1", "true", "y", "s", "on", *map(_plain, _YES)}
