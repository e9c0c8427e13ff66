"""The code base in numbers: file and function lengths, and the share of each app and package.

`python scripts/house.py [folder]` prints `name: value` lines. Source means the Python of every package except tests,
without migrations and empty files; a function's length runs from its `def` to its end.
"""

import ast
import builtins
import io
import os
import subprocess
import sys
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from defusedxml import ElementTree

LONGEST_FILE, LONGEST_VIEW, LONGEST_FUNCTION, LONGEST_LINE = 400, 45, 32, 120
# Folders of an app that hold a kind of module, not a subject.
NO_ROOMS = {"actions", "data", "defaults", "forms", "management", "models", "templatetags", "urls", "views"}
# Comments for tools, not for readers.
DIRECTIVES = ("# fmt:", "# noqa", "# type:", "#!")


@dataclass(frozen=True)
class Function:
    name: str
    lines: int
    is_view: bool

    @property
    def is_too_long(self) -> bool:
        return self.lines > (LONGEST_VIEW if self.is_view else LONGEST_FUNCTION)


@dataclass(frozen=True)
class Module:
    path: Path  # relative to the root
    lines: int
    comments: int
    unformatted: int  # lines exempt from formatting
    functions: list[Function]
    bases: dict[str, set[str]]  # each class's name, and the names of its base classes

    @property
    def app(self) -> str:
        return self.path.parts[0]

    @property
    def room(self) -> str:
        """`app/package`, or "" for modules directly in an app."""
        inner = self.path.parts[1:-1]
        return f"{self.app}/{inner[0]}" if inner and inner[0] not in NO_ROOMS else ""

    @property
    def has_views(self) -> bool:
        return self.path.name == "views.py" or "views" in self.path.parts


def is_view(function: ast.FunctionDef) -> bool:
    """Whether it has one of the view decorators (`city_view`, `public_view` ...)."""
    calls = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return any(isinstance(call, ast.Name) and call.id.endswith("_view") for call in calls)


def read_module(root: Path, file: Path) -> Module:
    path = file.relative_to(root)
    text = file.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    functions = [
        Function(f"{path}:{node.name}", (node.end_lineno or 0) - node.lineno + 1, is_view(node))
        for node in nodes
        if isinstance(node, ast.FunctionDef)
    ]
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    explanations = [comment for comment in comments if not comment.startswith(DIRECTIVES)]
    unformatted = sum("fmt: skip" in comment or "fmt: off" in comment for comment in comments)
    return Module(path, len(text.splitlines()), len(explanations), unformatted, functions, bases)


def modules(root: Path) -> list[Module]:
    modules_read = [
        read_module(root, file)
        for package in root.glob("*/__init__.py")
        for file in package.parent.rglob("*.py")
        if "migrations" not in file.parts and file.stat().st_size
    ]
    return sorted(modules_read, key=lambda module: (-module.lines, str(module.path)))


def spread(name: str, sizes: list[tuple[int, str]]) -> None:
    sizes = sorted(sizes)
    if not sizes:
        return
    print(f"{name} median: {median(size for size, _name in sizes):g}")
    print(f"{name} p90: {sizes[len(sizes) * 9 // 10][0]}")
    print("{} longest: {} {}".format(name, *sizes[-1]))


def total(modules: list[Module]) -> int:
    return sum(module.lines for module in modules)


def print_group(name: str, modules: list[Module]) -> None:
    print(f"{name} files: {len(modules)}")
    print(f"{name} lines: {total(modules)}")
    spread(f"{name} lines a file", [(module.lines, str(module.path)) for module in modules])
    functions = [function for module in modules for function in module.functions]
    spread(f"{name} lines a function", [(function.lines, function.name) for function in functions])


def print_shares(source: list[Module]) -> None:
    places = {module.app for module in source} | {module.room for module in source if module.room}
    for place in sorted(places):
        lines = total([module for module in source if place in (module.app, module.room)])
        print(f"share {place}: {lines} lines, {100 * lines / total(source):.1f} %")


def print_limits(source: list[Module]) -> None:
    long_files = [module for module in source if module.lines > LONGEST_FILE]
    print(f"files over {LONGEST_FILE} lines: {len(long_files)}")
    for module in long_files:
        print(f"long file: {module.lines} {module.path}")
    functions = [function for module in source for function in module.functions if function.is_too_long]
    print(f"functions over {LONGEST_FUNCTION} lines (views {LONGEST_VIEW}): {len(functions)}")
    for function in sorted(functions, key=lambda function: -function.lines)[:10]:
        print(f"long function: {function.lines} {function.name}")


def exception_classes(modules: list[Module]) -> int:
    """The number of exception classes."""
    # Nothing is imported, so a library's exception is recognized by name only.
    bases = [pair for module in modules for pair in module.bases.items()]
    known = {
        name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
    }
    known |= {name for _own, names in bases for name in names if name.endswith(("Error", "Exception"))}
    # Our classes derive from one another across files: repeat until a pass finds no more.
    while more := {own for own, names in bases if names & known} - known:
        known |= more
    return sum(bool(names & known) for _own, names in bases)


def print_test_seconds(root: Path) -> None:
    """How long the last `make test` took, by folder."""
    # The sum over folders exceeds the total: several processes run in parallel.
    report = root / "build" / "tests.xml"
    if not report.exists():
        return
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    seconds: dict[str, float] = defaultdict(float)
    for case in suite.iter("testcase"):
        parts = case.get("classname", "").split(".")
        module = next(place for place, part in enumerate(parts) if part.startswith("test_"))
        seconds["/".join(parts[:module])] += float(case.get("time", 0))
    for folder in sorted(seconds):
        print(f"test seconds {folder}: {seconds[folder]:.0f}")
    print(f"make test seconds: {float(suite.get('time', 0)):.0f}")


def print_templates(root: Path) -> None:
    lines = [
        (len(line), str(file.relative_to(root)))
        for file in (root / "templates").rglob("*.html")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    spread("template characters a line", lines)
    print(f"template lines over {LONGEST_LINE}: {sum(length > LONGEST_LINE for length, _name in lines)}")


def print_types(root: Path) -> None:
    # Set DEMO, or the demo's models would be unknown; pyproject.toml lists what is checked.
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"]
    result = subprocess.run(command, cwd=root, env={**os.environ, "DEMO": "1"}, capture_output=True, text=True)
    print(f"mypy errors: {result.stdout.count(': error: ') if result.returncode < 2 else result.stderr.strip()}")


def main(root: Path) -> None:
    every_module = modules(root)
    source = [module for module in every_module if module.app != "tests"]
    tests = [module for module in every_module if module.app == "tests"]
    print_group("source", source)
    print_group("views", [module for module in source if module.has_views])
    print_group("tests", tests)
    print(f"test lines per source line: {total(tests) / total(source):.2f}")
    print(f"comment lines per 100: {100 * sum(m.comments for m in source) / total(source):.1f}")
    print(f"exception classes: {exception_classes(source)}")
    print(f"fmt: skip: {sum(module.unformatted for module in every_module)}")
    print_templates(root)
    print_shares(source)
    print_limits(source)
    print_types(root)
    print_test_seconds(root)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve())
