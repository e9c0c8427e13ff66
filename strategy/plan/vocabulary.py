"""The words of the plan's spreadsheet, in three languages: they are read back, so they stand here and not in catalogs.

A column or a value has its words in English, Spanish and Portuguese, in this order.
"""

from __future__ import annotations

import re

from accelerator.naming import normalize
from strategy.plan.models import CostBand, Direction, Frequency, Rag, Status
from strategy.template.models import Component

LANGUAGES = ("en", "es", "pt")
Words = tuple[str, str, str]

COLUMNS: dict[str, Words] = {
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
_FIGURES = ["measure", "unit", "direction", "source", "frequency", "baseline", "baseline_on", "baseline_unknown",
            "target_1", "target_2", "target_3"]  # fmt: skip
ACTION_COLUMNS = [name for name in COLUMNS if name != "is_resident_outcome"]
MEASURE_COLUMNS = ["objective", *_FIGURES, "is_resident_outcome"]

_YES: Words = ("yes", "sí", "sim")
_NO: Words = ("no", "no", "não")
VALUES: dict[str, dict[str, Words]] = {
    "component": {
        Component.GOVERNANCE: ("Data governance", "Gobernanza de datos", "Governança de dados"),
        Component.QUALITY: ("Data quality", "Calidad de datos", "Qualidade de dados"),
        Component.USE: ("Data use", "Uso de datos", "Uso de dados"),
        Component.TRANSPARENCY: ("Transparency", "Transparencia", "Transparência"),
        Component.ENABLERS: ("Enablers", "Condiciones habilitantes", "Condições habilitadoras"),
    },
    "cost_band": {
        CostBand.NONE: ("No extra cost", "Sin costo adicional", "Sem custo adicional"),
        CostBand.LOW: ("Under $50,000", "Menos de $50.000", "Menos de $50.000"),
        CostBand.MEDIUM: ("$50,000 to $250,000", "$50.000 a $250.000", "$50.000 a $250.000"),
        CostBand.HIGH: ("$250,000 to $1 million", "$250.000 a $1 millón", "$250.000 a $1 milhão"),
        CostBand.VERY_HIGH: ("Over $1 million", "Más de $1 millón", "Mais de $1 milhão"),
    },
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
}  # fmt: skip

SHEETS: dict[str, Words] = {
    "actions": ("Actions", "Acciones", "Ações"),
    "measures": ("Measures", "Indicadores", "Indicadores"),
    "policies": ("Policies", "Normas", "Normas"),
    "ai_uses": ("Uses of AI", "Usos de IA", "Usos de IA"),
    "risks": ("Risks", "Riesgos", "Riscos"),
    "columns": ("Columns", "Columnas", "Colunas"),
}
# What each column means, where its name does not say it.
HELP: dict[str, Words] = {
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
    "starts": ("Y1Q1 to Y3Q4", "Y1Q1 a Y3Q4", "Y1Q1 a Y3Q4"),
    "due": (
        "Y1Q1 to Y3Q4, not before the start", "Y1Q1 a Y3Q4, no antes del inicio",
        "Y1Q1 a Y3Q4, não antes do início",
    ),
    "depends_on": (
        "Codes of other actions, separated by commas", "Códigos de otras acciones, separados por comas",
        "Códigos de outras ações, separados por vírgulas",
    ),
    "policy": (
        "The title of a policy in the register", "El título de una norma del registro",
        "O título de uma norma do registro",
    ),
    "baseline_on": ("A date, 2027-06-30", "Una fecha, 2027-06-30", "Uma data, 2027-06-30"),
    "percent": ("0 to 100", "0 a 100", "0 a 100"),
    "rag_reason": (
        "Needed for amber and red", "Necesario para amarillo y rojo", "Necessário para amarelo e vermelho",
    ),
}  # fmt: skip


def spoken(language: str) -> int:
    """The place of a language in the tuples here: Spanish, Portuguese, else English."""
    base = language.split("-")[0]
    return LANGUAGES.index(base) if base in LANGUAGES else 0


def header(name: str, language: str) -> str:
    """A column's name in a language."""
    return COLUMNS[name][spoken(language)]


def plain(words: str) -> str:
    """Words without accents, marks and case, to compare them."""
    return " ".join(re.findall(r"[^\W_]+", normalize(words)))


_HEADERS = {plain(word): name for name, words in COLUMNS.items() for word in (*words, name)}
_HEADERS |= {
    plain(word): name
    for name, more in {
        "title": "action title|titulo|title|titulo de la accion|titulo da acao",
        "objective": "objective code|goal|codigo del objetivo|codigo do objetivo|meta",
        "owner_role": "owner|responsible|responsable|responsavel|role|cargo",
        "due": "due quarter|deadline|fecha limite|vencimiento|entrega",
        "starts": "start|start quarter|empieza|comeca",
        "depends_on": "depends on|dependencies|dependencias",
        "rag": "rag|semaforo",
        "percent": "percent|avance|avanco",
    }.items()
    for word in more.split("|")
}
_VALUES = {
    name: {plain(word): value for value, words in values.items() for word in (*words, value)}
    for name, values in VALUES.items()
}


def column(header: str) -> str:
    """The field that a header names in any of the languages; nothing for one that is not known."""
    return _HEADERS.get(plain(header), "")


def value(name: str, words: str) -> str:
    """The stored value of a choice's words; words that are not known stay as they are, to be refused by name."""
    if name in ("baseline_unknown", "is_resident_outcome"):
        yes = {"x", "1", "true", "y", "s", "on", *map(plain, _YES)}
        return "on" if plain(words) in yes else ""
    return _VALUES[name].get(plain(words), words) if words else ""
