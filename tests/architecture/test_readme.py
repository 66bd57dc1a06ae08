"""The README's table of functions has a row for each, and names every route."""

import re
from collections.abc import Iterator

import pytest

from .contract import declared, folder, functions, template
from .source import APPS, ROOT

Mention = tuple[str, str]
"""A method, or "" for all of them, and a path as the README shortens it."""

README = (ROOT / "README.md").read_text()
ROW = re.compile(r"^\| (?:\[(\w+)\]\(functions/(\w+)/app\.py\) )?\| (.*?) \| ", re.M)
SHOWN = re.compile(r"`([A-Z]*) ?((?:\.{3})?/[^`]+)?`( and below)?")
ROUTES = {
    folder(name): declared(properties)
    for name, properties in functions(template()).items()
}


def table(text: str) -> dict[str, str]:
    """What stands in the table by function, further rows of a function included."""
    rows: dict[str, str] = {}
    current = ""
    for name, linked, cell in ROW.findall(text):
        assert name == linked
        current = name or current
        rows[current] = f"{rows.get(current, '')} {cell}"
    return rows


def mentions(cell: str) -> Iterator[Mention]:
    """Read "`GET`, `PUT /v1/a/{id}`, `.../b`": the last path is for PUT too."""
    methods: list[str] = []
    waiting: list[str] = []
    for method, path, below in SHOWN.findall(cell):
        waiting += [method] if method else []
        if path:
            methods, waiting = waiting or methods or [""], []
            path = re.sub(r"\{[^}]*\}", "{}", path).partition("?")[0]
            yield from ((method, path + "*" * bool(below)) for method in methods)


def fits(mention: Mention, route: tuple[str, str]) -> bool:
    method, path = route[0], re.sub(r"\{\w+\}", "{}", route[1])
    named, shown = mention
    if named not in ("", method):
        return False
    if shown.endswith("*"):
        return path.startswith(shown[:-1])
    return path == shown or (shown[:3] == "..." and path.endswith(shown[3:]))


def differences(rows: dict[str, str]) -> Iterator[str]:
    """Say in what the README and the functions differ."""
    for name in rows.keys() ^ {app.parent.name for app in APPS}:
        yield f"{name} is not both a folder and a row"
    for name, cell in rows.items():
        routes, named = ROUTES.get(name, set()), list(mentions(cell))
        for route in routes:
            if not any(fits(mention, route) for mention in named):
                yield f"{name}: {' '.join(route)} is not mentioned"
        for mention in named:
            if not any(fits(mention, route) for route in routes):
                yield f"{name}: there is no {' '.join(mention)}"


def test_the_readme_has_a_row_for_each_function_and_names_its_routes():
    assert sorted(differences(table(README))) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("[whoami](functions/whoami/", "[me](functions/me/", "whoami is not both"),
        ("`GET /v1/whoami`", "`GET /v1/me`", "whoami: GET /v1/whoami is not mentioned"),
        ("`GET /v1/whoami`", "`GET`, `PUT /v1/whoami`", "whoami: there is no PUT"),
        ("`PUT /v1/roles/{role}`", "", "manage_roles: PUT /v1/roles/{role} is not"),
    ],
)
def test_a_difference_is_noticed(old, new, difference):
    assert old in README

    found = differences(table(README.replace(old, new)))

    assert [each for each in found if each.startswith(difference)]
