"""The founding limits, measured on the source itself."""

import ast
import sys

import pytest

from .source import APPS, BARRELS, CODE, ROOT, imports, name

STANDARD = {*sys.stdlib_module_names, "typing_extensions"}  # `typing` of Python 3.12


def dependencies(path):
    """Packages a module leans on: ours by room, others by distribution."""
    return {
        room(module) if module.startswith("shared.") else top or module
        for module in imports(path)
        if (top := module.split(".")[0]) not in STANDARD
    }


def room(module):
    """The room of a module; each package of the core counts for itself."""
    depth = 3 if module.startswith("shared.core.") else 2
    return ".".join(module.split(".")[:depth])


def protocols():
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            bases = [ast.unparse(base) for base in getattr(node, "bases", [])]
            if any(base.split("[")[0] == "Protocol" for base in bases):
                yield node


def members(node):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.AnnAssign
    return [each for each in node.body if isinstance(each, kinds)]


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_module_has_at_most_five_dependencies(path):
    assert len(dependencies(path)) <= 5, sorted(dependencies(path))


@pytest.mark.parametrize("node", list(protocols()), ids=lambda node: node.name)
def test_an_interface_has_at_most_five_members(node):
    assert 1 <= len(members(node)) <= 5


def test_the_ports_are_among_the_interfaces():
    assert {"TicketReader", "Database", "Authenticator"} <= {
        node.name for node in protocols()
    }


@pytest.mark.parametrize("path", BARRELS, ids=name)
def test_a_barrel_only_re_exports(path):
    body = ast.parse(path.read_text()).body

    assert ast.get_docstring(ast.Module(body, []))
    assert {type(node) for node in body} <= {ast.Expr, ast.ImportFrom, ast.Assign}
    for node in body:
        if isinstance(node, ast.Assign):
            assert [ast.unparse(target) for target in node.targets] == ["__all__"]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 1


@pytest.mark.parametrize("path", APPS, ids=name)
def test_a_function_is_a_package(path):
    """Or import-linter would not look into it."""
    assert path.with_name("__init__.py").is_file(), "give it an __init__.py"


@pytest.mark.parametrize("path", APPS, ids=name)
def test_a_handler_fits_on_one_screen(path):
    assert len(path.read_text().splitlines()) < 60


@pytest.mark.parametrize(
    "package", sorted({path.parent for path in CODE}), ids=lambda path: path.name
)
def test_a_package_has_a_handful_of_modules(package):
    modules = [path for path in package.glob("*.py") if path.name[0] != "_"]

    assert len(modules) <= 6, sorted(path.name for path in modules)


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_module_has_a_docstring(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_the_folder_supabase_has_no_module():
    assert list((ROOT / "supabase").rglob("*.py")) == []
