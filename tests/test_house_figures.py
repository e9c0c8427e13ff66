"""What `make house` prints for a small code base."""

import pytest

from scripts import house

SOURCE = """
class Refused(Exception):
    pass


class RefusedTwice(errors.Refused):
    pass


class Broken(library.ParseError):
    pass


class Row:
    pass


LIST = [1,  2]  # fmt: skip
"""
REPORT = """<testsuites><testsuite name="pytest" time="12.4">
<testcase classname="tests.app.room.test_page" name="test_a" time="1.25"/>
<testcase classname="tests.app.room.test_form.TestForm" name="test_b" time="1.5"/>
<testcase classname="tests.test_top" name="test_c" time="4.0"/>
</testsuite></testsuites>"""


@pytest.fixture(autouse=True)
def without_types(monkeypatch):
    """mypy takes seconds and has nothing to read here."""
    monkeypatch.setattr(house, "print_types", lambda root: None)


def figures(root, capsys):
    for folder in ("app", "tests"):
        (root / folder).mkdir()
        (root / folder / "__init__.py").touch()
        (root / folder / "module.py").write_text(SOURCE)
    (root / "templates").mkdir()
    (root / "templates" / "page.html").write_text("<p>\n" + "a" * 121 + "\n" + "b" * 120)
    house.main(root)
    return capsys.readouterr().out.splitlines()


def test_figures_of_a_small_house_are_counted(tmp_path, capsys):
    printed = figures(tmp_path, capsys)
    assert "exception classes: 3" in printed
    assert "fmt: skip: 2" in printed
    assert "template lines over 120: 1" in printed
    assert [line for line in printed if "test seconds" in line] == []


def test_seconds_of_the_last_test_run_are_printed_by_folder(tmp_path, capsys):
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "tests.xml").write_text(REPORT)
    printed = figures(tmp_path, capsys)
    assert printed[-3:] == ["test seconds tests: 4", "test seconds tests/app/room: 3", "make test seconds: 12"]
