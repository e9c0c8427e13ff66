"""The columns and values of the plan's spreadsheet in English, Spanish and Portuguese, in this order."""

from __future__ import annotations

import re
from typing import Any

from accelerator import formats
from accelerator.conflicts import as_posted
from accelerator.naming import normalize
from cities.currencies import DOLLAR, currencies
from strategy.plan import costs
from strategy.plan.choices import Direction, Frequency, Rag, Status
from strategy.plan.costs import LANGUAGES, Labels
from strategy.plan.models import MEASURE_FIELDS, QUARTERS
from strategy.template.models import Component

# Not in the catalogs: a file is read back in any of the languages, also in one that was written years ago.
COLUMNS: dict[str, Labels] = {
    "code": ("Code", "Código", "Código"),
    "objective": ("Objective", "Objetivo", "Objetivo"),
    "title": ("Action", "Acción", "Ação"),
    "description": ("Description", "Descripción", "Descrição"),
    "component": ("Component", "Componente", "Componente"),
    "priority": ("Mayoral priority", "Prioridad de gobierno", "Prioridade da gestão"),
    "owner_role": ("Owner’s role", "Cargo responsable", "Cargo responsável"),
    "owner": ("Owner: team email", "Responsable: correo del equipo", "Responsável: e-mail da equipe"),
    "owner_name": ("Owner: name", "Responsable: nombre", "Responsável: nome"),
    "owner_email": ("Owner: other email", "Responsable: otro correo", "Responsável: outro e-mail"),
    "department": ("Department", "Área", "Secretaria"),
    "supporting": ("Supporting departments", "Áreas de apoyo", "Secretarias de apoio"),
    "starts": ("Start quarter", "Trimestre de inicio", "Trimestre de início"),
    "due": ("Due quarter", "Trimestre de vencimiento", "Trimestre de vencimento"),
    "depends_on": ("Depends on", "Depende de", "Depende de"),
    "cost_band": ("Cost", "Costo", "Custo"),
    "fte": ("Staff (FTE)", "Personal (equivalente a tiempo completo)", "Pessoal (equivalente a tempo integral)"),
    "funding": ("Funding source", "Fuente de financiamiento", "Fonte de recursos"),
    "policy": ("Resulting policy or standard", "Política o norma resultante", "Política ou norma resultante"),
    "resident_impact": ("What residents will notice", "Qué notarán los residentes", "O que os moradores vão perceber"),
    "measure": ("Measure", "Indicador", "Indicador"),
    "unit": ("Unit", "Unidad", "Unidade"),
    "direction": ("Direction", "Sentido del indicador", "Sentido do indicador"),
    "source": ("Data source", "Fuente de datos", "Fonte dos dados"),
    "frequency": ("How often", "Frecuencia", "Frequência"),
    "baseline": ("Baseline", "Línea de base", "Linha de base"),
    "baseline_on": ("Baseline date", "Fecha de la línea de base", "Data da linha de base"),
    "baseline_unknown": (
        "Baseline not known yet",
        "Línea de base todavía desconocida",
        "Linha de base ainda não conhecida",
    ),
    "target_1": ("Year 1 target", "Meta del año 1", "Meta do ano 1"),
    "target_2": ("Year 2 target", "Meta del año 2", "Meta do ano 2"),
    "target_3": ("Year 3 target", "Meta del año 3", "Meta do ano 3"),
    "status": ("Status", "Estado", "Situação"),
    "percent": ("Percent complete", "Porcentaje de avance", "Percentual concluído"),
    "rag": ("Red, yellow, or green", "Semáforo", "Semáforo"),
    "rag_reason": ("Reason", "Motivo", "Motivo"),
    "evidence": ("Evidence", "Evidencia", "Evidência"),
    "is_resident_outcome": (
        "Outcome residents will notice",
        "Resultado que notarán los residentes",
        "Resultado que os moradores vão perceber",
    ),
}
ACTION_COLUMNS = [name for name in COLUMNS if name != "is_resident_outcome"]
MEASURE_COLUMNS = ["objective", *MEASURE_FIELDS, "is_resident_outcome"]

_YES: Labels = ("yes", "sí", "sim")
_NO: Labels = ("no", "no", "não")
VALUES: dict[str, dict[str, Labels]] = {
    "component": {
        Component.GOVERNANCE: ("Data governance", "Gobernanza de datos", "Governança de dados"),
        Component.QUALITY: ("Data quality", "Calidad de los datos", "Qualidade dos dados"),
        Component.USE: ("Data use", "Uso de los datos", "Uso dos dados"),
        Component.TRANSPARENCY: ("Transparency", "Transparencia", "Transparência"),
        Component.ENABLERS: ("Enablers", "Condiciones habilitantes", "Condições viabilizadoras"),
    },
    "cost_band": costs.labels(DOLLAR),
    "direction": {
        Direction.UP: ("Higher is better", "Cuanto más alto, mejor", "Quanto maior, melhor"),
        Direction.DOWN: ("Lower is better", "Cuanto más bajo, mejor", "Quanto menor, melhor"),
        Direction.HOLD: ("Hold steady", "Mantener el nivel", "Manter o nível"),
    },
    "frequency": {
        Frequency.MONTHLY: ("Monthly", "Mensual", "Mensal"),
        Frequency.QUARTERLY: ("Quarterly", "Trimestral", "Trimestral"),
        Frequency.YEARLY: ("Yearly", "Anual", "Anual"),
    },
    "status": {
        Status.NOT_STARTED: ("Not started", "Sin iniciar", "Não iniciada"),
        Status.IN_PROGRESS: ("In progress", "En ejecución", "Em andamento"),
        Status.ON_HOLD: ("On hold", "En pausa", "Em pausa"),
        Status.COMPLETED: ("Completed", "Completada", "Concluída"),
        Status.CANCELLED: ("Canceled", "Cancelada", "Cancelada"),
    },
    "rag": {
        Rag.GREEN: ("Green", "Verde", "Verde"),
        Rag.AMBER: ("Yellow", "Amarillo", "Amarelo"),
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
    "policies": ("Policies and standards", "Políticas y normas", "Políticas e normas"),
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
        "Assigned by this site, so don’t change it. Leave it blank to add an action.",
        "Lo asigna este sitio; no lo cambie. Déjelo vacío para agregar una acción.",
        "Atribuído por este site; não altere. Deixe em branco para adicionar uma ação.",
    ),
    "objective": (
        "The objective’s code and title. A title that isn’t in the plan yet adds an objective.",
        "Código y título del objetivo. Un título que aún no está en el plan agrega un objetivo.",
        "Código e título do objetivo. Um título que ainda não está no plano adiciona um objetivo.",
    ),
    "owner": (
        "The email address of a city team member on this site.",
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
        "The title of a policy or standard in the register",
        "El título de una política o norma del registro",
        "O título de uma política ou norma do registro",
    ),
    "baseline_on": ("A date, 2027-06-30", "Una fecha, 2027-06-30", "Uma data, 2027-06-30"),
    "percent": ("0 to 100", "0 a 100", "0 a 100"),
    "rag_reason": (
        "Required for yellow and red",
        "Obligatorio para amarillo y rojo",
        "Obrigatório para amarelo e vermelho",
    ),
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
    return _NAMES_OF_COLUMNS.get(plain(header), "")


def language_of(heads: list[str]) -> str:
    """The language of most of a file's column names; "" if two are equally likely."""
    found = {plain(head) for head in heads}
    counts = [len(found & {plain(labels[place]) for labels in COLUMNS.values()}) for place in range(len(LANGUAGES))]
    return LANGUAGES[counts.index(max(counts))] if counts.count(max(counts)) == 1 else ""


def value(name: str, text: str) -> str:
    """The value that a form posts for a label; unknown text as it is, so that the form refuses it by name."""
    if name in ("baseline_unknown", "is_resident_outcome"):
        return "on" if plain(text) in _TRUE else ""
    # "Y1 Q2 (Oct–Dec 2027)" is Y1Q2, and so is "A1T2", in a file of any language.
    wording = text.replace(" ", "").split("(")[0] if name in ("starts", "due") else text
    return _NAMES_OF_VALUES[name].get(plain(wording), text) if text else ""


def plain(text: str) -> str:
    # Accents, punctuation and case differ from file to file.
    return " ".join(re.findall(r"[^\W_]+", normalize(text)))


# Headers of the files that cities bring from elsewhere, and those that this program wrote before.
_OTHER_HEADERS = {
    "title": "action title|titulo|title|titulo de la accion|titulo da acao",
    "objective": "objective code|goal|codigo del objetivo|codigo do objetivo|meta",
    "priority": "prioridad de la alcaldia|prioridade da prefeitura",
    "owner_role": "owner|owner role|responsible|responsable|responsavel|role|cargo|responsable cargo|responsavel cargo",
    "owner": "owner team e mail",
    "owner_email": "owner other e mail",
    "due": "due|due in|deadline|plazo|fecha limite|vencimiento|prazo|entrega",
    "starts": "start|starts|starts in|inicio|empieza|comeca",
    "depends_on": "waits for|dependencies|dependencias",
    "fte": "pessoal tempo integral|personal jornadas completas",
    "policy": "policy or standard|norma o politica|norma ou politica|politica o norma|politica ou norma",
    "resident_impact": "what residents notice|que notan los residentes|o que os moradores percebem",
    "direction": "direccion|direcao",
    "source": "fonte de dados",
    "frequency": "frequency",
    "baseline_on": "baseline from",
    "baseline_unknown": "baseline not known|linea de base desconocida|linha de base desconhecida",
    "target_1": "target year 1|meta ano 1",
    "target_2": "target year 2|meta ano 2",
    "target_3": "target year 3|meta ano 3",
    "rag": "rag|semaforo|red amber green",
    "percent": "percent|avance|avanco|percent done",
    "is_resident_outcome": "resident outcome|resultado para residentes|resultado para moradores",
}
# Labels of values that this program wrote before, and those of the plan's pages.
_OTHER_VALUES: dict[str, dict[Any, str]] = {
    "component": {
        Component.QUALITY: "calidad de datos|qualidade de dados",
        Component.USE: "uso de datos|uso de dados",
        Component.ENABLERS: "condicoes habilitadoras",
    },
    "direction": {
        Direction.UP: "mas es mejor|mais e melhor",
        Direction.DOWN: "menos es mejor|menos e melhor",
        Direction.HOLD: "stay at the level",
    },
    "status": {
        Status.NOT_STARTED: "no iniciada",
        Status.IN_PROGRESS: "en curso",
        Status.COMPLETED: "terminada",
        Status.CANCELLED: "cancelled",
    },
    "rag": {
        Rag.GREEN: "on track|en curso|no prazo",
        Rag.AMBER: "amber|ambar|at risk|en riesgo|em risco",
        Rag.RED: "off track|fuera de curso|fora do previsto",
    },
}
_NAMES_OF_COLUMNS = {plain(text): name for name, labels in COLUMNS.items() for text in (*labels, name)} | {
    plain(text): name for name, others in _OTHER_HEADERS.items() for text in others.split("|")
}
_NAMES_OF_VALUES = {
    name: {plain(text): value for value, labels in values.items() for text in (*labels, value)}
    | {text: value for value, others in _OTHER_VALUES.get(name, {}).items() for text in others.split("|")}
    for name, values in CHOICES.items()
}
# A file may come from a city that plans in another currency; older ones have dollars without their code.
_NAMES_OF_VALUES["cost_band"] |= {
    plain(text): value for code in currencies() for value, labels in costs.labels(code).items() for text in labels
} | {name.replace(" usd", "").removeprefix("usd "): value for name, value in _NAMES_OF_VALUES["cost_band"].items()}
# What people mark a column of yes and no with.
_TRUE = {"x", "1", "true", "y", "s", "on", *map(plain, _YES)}
