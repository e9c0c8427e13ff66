"""A library's private names are used in as few places as possible: an upgrade may change them without notice."""

import ast
import inspect
from importlib import import_module

from accelerator import environment
from tests.guards.test_house import HOUSE

# Django and lxml document these, underscore and all.
DOCUMENTED = {"_meta", "_default_manager", "_base_manager", "_db", "_Element"}
# Where, what, and why nothing public works; each has a test of its effect.
BORROWED = {
    ("accelerator/pdf.py", "_page_box"): "which blocks were laid out",
    ("cities/account/views.py", "_process"): "for whom the code is, and since when",
    ("accelerator/signin.py", "allauth.account.internal.flows.login_by_code"): "a code without the sign-in page",
    ("accelerator/signin.py", "allauth.core.internal.cryptokit"): "a code from allauth's own letters and digits",
    ("accelerator/intake/sheets.py", "_worksheet_path"): "a sheet's part, read for its merged cells and hidden rows",
}


def trees():
    for app in HOUSE:
        for path in sorted((environment.ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(environment.ROOT)), ast.parse(path.read_text("utf-8"))


def is_private(name):
    return name.startswith("_") and not name.endswith("_")


def names_defined(tree):
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name


def names_used(tree):
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if is_private(name):
                yield name
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(value=name), *_]):
                if is_private(str(name)):
                    yield name
            case ast.ImportFrom(module=str(module), names=imported) if module.split(".")[0] not in HOUSE:
                parts = [*module.split("."), *(alias.name for alias in imported)]
                if any(is_private(part) or part == "internal" for part in parts):
                    yield module


def test_private_names_of_libraries_are_used_only_where_listed():
    found = list(trees())
    own = {name for _path, tree in found for name in names_defined(tree)} | DOCUMENTED
    used = {(path, name) for path, tree in found for name in names_used(tree) if name not in own}
    assert used == set(BORROWED)


def test_no_class_overrides_a_private_method_of_a_library():
    overridden = set()
    for path, _tree in trees():
        module = import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        for cls in [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]:
            foreign = [base for base in cls.__mro__ if base.__module__.split(".")[0] not in HOUSE]
            for name, method in vars(cls).items():
                if inspect.isfunction(method) and is_private(name) and any(name in vars(base) for base in foreign):
                    overridden.add((cls.__qualname__, name))
    # A storage's own hook, as Django documents it.
    assert overridden == {("WholeFiles", "_save")}
