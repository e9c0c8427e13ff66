"""Role and language names used in rosters: English, Spanish and Portuguese."""

from __future__ import annotations

import re

from django.utils.translation import override

from accelerator.naming import normalize
from cities.roles import CITY_ROLES, SUGGESTED_TITLES, Role

_ROLES = {
    Role.CITY_LEAD: "city lead|lead|team lead|cda lead|project lead|lider|lider de la ciudad|lider de ciudad|"
    "responsable|lider da cidade|coordinador|coordinadora|coordenador|coordenadora",
    Role.CITY_MEMBER: "city member|member|team member|team|miembro|integrante|miembro del equipo|equipo|"
    "integrante del equipo|membro|membro da equipe|equipe",
    Role.MAYOR: "mayor|alcalde|alcaldesa|intendente|intendenta|presidente municipal|presidenta municipal|"
    "prefeito|prefeita|jefe de gobierno|jefa de gobierno",
    Role.MAYORS_DELEGATE: "mayors delegate|delegate|mayors assistant|delegado|delegada|"
    "delegado del alcalde|delegada del alcalde|delegado de la alcaldesa|delegada de la alcaldesa|"
    "delegado do prefeito|delegada do prefeito|delegado da prefeita|delegada da prefeita",
    Role.GUEST_REVIEWER: "guest reviewer|reviewer|guest|revisor|revisora|revisor invitado|revisora invitada|"
    "revisor convidado|revisora convidada",
}
_ROLE_WORDS = {word: role for role, words in _ROLES.items() for word in words.split("|")}
_LANGUAGES = {
    "en": "en|eng|english|ingles|en us",
    "es": "es|spa|spanish|espanol|castellano|espanhol",
    "pt-br": "pt|por|pt br|portuguese|portugues|portugues brasileiro|brazilian portuguese",
}
_LANGUAGE_WORDS = {word: code for code, words in _LANGUAGES.items() for word in words.split("|")}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", normalize(text).replace("'", "")))


def language_of(text: str) -> str:
    """The site language for a code or a name, or ""."""
    return _LANGUAGE_WORDS.get(_plain(text), "")


def role_of(text: str) -> Role | None:
    """The city role that a text names, by a synonym or by the role's label in the reader's language."""
    plain = _plain(text)
    own_labels = {_plain(str(role.label)): role for role in CITY_ROLES}
    return own_labels.get(plain) or _ROLE_WORDS.get(plain)


def suggested_title(text: str) -> str:
    """The senior-team position that a text names, in the reader's language, or ""."""
    titles = [str(title) for title in SUGGESTED_TITLES]
    # Also in English: GovEx's own rosters use the program's terms, whatever the reader's language.
    with override("en"):
        english = [str(title) for title in SUGGESTED_TITLES]
    pairs = [*zip(titles, titles, strict=True), *zip(english, titles, strict=True)]
    return next((title for spelling, title in pairs if _plain(spelling) == _plain(text)), "") if text else ""
