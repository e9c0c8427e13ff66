"""Catalogs are compiled without GNU gettext, to what msgfmt would make."""

import gettext
import io
import os
import re
from pathlib import Path

import django
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accelerator.management.commands.compile_catalogs import read

CATALOGS = sorted((Path(django.__file__).parent / "conf/locale").glob("*/LC_MESSAGES/django.po"))


def messages(file):
    """Every message but the header, of which msgfmt keeps another order of lines."""
    catalog = dict(gettext.GNUTranslations(file)._catalog)
    catalog.pop("")
    return catalog


def test_it_agrees_with_the_catalogs_that_django_ships():
    differing = []
    for source in CATALOGS:
        with open(source.with_suffix(".mo"), "rb") as shipped:
            if messages(io.BytesIO(read(source).to_binary())) != messages(shipped):
                differing.append(source)

    assert differing == []
    assert len(CATALOGS) > 80


def test_it_compiles_what_is_newer(tmp_path, settings, capsys):
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "es/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "city"\nmsgstr "ciudad"\n'
    )
    target = source.with_suffix(".mo")

    call_command("compile_catalogs")
    with open(target, "rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("city") == "ciudad"
    call_command("compile_catalogs")
    assert capsys.readouterr().out == f"{target}: 1 messages\n"

    os.utime(target, (0, 0))
    call_command("compile_catalogs", verbosity=0)
    assert target.stat().st_mtime > 0


@pytest.mark.parametrize("line", ['msgstr "b', "msgstr b", 'msgstr "b" c"', 'msgstr "b\\"', '"b'])
def test_catalog_with_a_broken_text_is_refused_with_its_line(tmp_path, line):
    source = tmp_path / "django.po"
    source.write_text(f'msgid "a"\n{line}\n')

    with pytest.raises(CommandError, match=r"django\.po, line 2: not a line of a \.po file: " + re.escape(line) + "$"):
        read(source)


def test_catalog_with_a_foreign_line_is_refused_with_its_line(tmp_path):
    source = tmp_path / "django.po"
    source.write_text('msgid "a"\nwrong\nmsgstr "b"\n')

    with pytest.raises(CommandError, match=r"django\.po \(line 2\)"):
        read(source)
