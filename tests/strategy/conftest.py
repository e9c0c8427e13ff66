"""A written section of the home city, with someone's refused text and a conversation."""

import pytest
from django.urls import reverse

FETCH = {"X-Requested-With": "fetch"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(cast):
    """`at("section-save")`: the address of a page of the home city's vision."""

    def address(name, section="vision", city=None, **more):
        city = (city or cast.tulsa).slug
        return reverse(f"strategy:{name}", kwargs={"city": city, "section": section, **more})

    return address


@pytest.fixture
def row(cast):
    """`row()`: the home city's vision as the database has it, or another section."""

    from accelerator import rls  # noqa: PLC0415 - models load after Django is set up

    def read(key="vision", city=None):
        with rls.every_city():
            return (city or cast.tulsa).section_set.select_related("template", "assignee").get(key=key)

    return read


@pytest.fixture
def write(row):
    """`write(person, "words")`: save the section; `base` defaults to the present revision."""

    from accelerator import rls  # noqa: PLC0415 - models load after Django is set up
    from accelerator.texts import saving  # noqa: PLC0415 - models load after Django is set up

    def save(by, text, base=None, **more):
        section = row(**more)
        with rls.every_city():
            html = f"<p>{text}</p>" if text and "<" not in text else text
            return saving.save(section, html=html, base=section.revision if base is None else base, by=by)

    return save


@pytest.fixture
def talk(row):
    """`talk(person, "body", quote=...)`: open a conversation about the section."""

    from accelerator import rls  # noqa: PLC0415 - models load after Django is set up
    from strategy.review import conversations  # noqa: PLC0415 - models load after Django is set up

    def open_thread(by, body="Which six?", **more):
        keys = {name: more.pop(name) for name in ("key", "city") if name in more}
        with rls.every_city():
            return conversations.open_thread(section=row(**keys), body=body, by=by, **more)

    return open_thread
