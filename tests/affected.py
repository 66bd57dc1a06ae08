"""Chooses the tests that a change can break: `make test-fast` runs these.

A pytest plugin. It keeps every test that needs no running part of the stack, but the
slow ones only of modules that a changed file reaches:

- a module of Python reaches the test modules that import it, through others too;
- an object of the migrations reaches the objects that name it, and these the test
  modules that name them or call a helper that does.

What has changed is what git says since the last commit or, where nothing has, what the
last commit changed. Where git says nothing at all, every test is kept.

The selectors in the registries (testmon, picked, impacted) know imports or coverage of
Python alone; half of this product is SQL, which tests reach through PostgreSQL.
"""

import ast
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
MIGRATIONS = ROOT / "supabase" / "migrations"
PACKAGES = ("functions", "shared", "infra", "tests")
ROOMS = ("architecture", "database", "functions", "repositories", "timing", "unit")
"""Folders of which slow tests may be chosen; others need the whole stack."""
ALWAYS = {"tests/timing/test_timing.py"}
"""It reads numbers from everywhere, by their names."""
TOOLS = {
    # of a test that runs a tool for long: what it is about
    "test_sqlfluff_accepts_the_migrations": "supabase/",
    "test_this_checkout_holds_no_secret": "infra/security/",
    "test_the_bill_names_every_pin_of_the_layer_and_is_valid": "infra/",
}
STATEMENT = re.compile(
    r"^(?=(?:create|alter|comment|insert|grant|revoke|update)\b)", re.M
)
CREATED = re.compile(
    r"create (?:or replace )?(?:unique )?"
    r"(?:function|table|view|type|domain|trigger|index|policy) (?:\"[^\"]+\"|[\w.]+)"
)
ON = re.compile(r"\b(?:on|table|into|update) (?:only )?((?:public|private)\.\w+)")
WORD = re.compile(r"\w+")
CALL = re.compile(r"(\w+)\(")


def changed_lines() -> dict[str, set[int]] | None:
    """Return the numbers of the changed lines by file; None where git does not say."""
    since = "HEAD" if _git("status", "--porcelain") else "HEAD~1"
    diff = _git("diff", "--unified=0", "--no-renames", since)
    if diff is None:
        return None
    lines: dict[str, set[int]] = {}
    for line in diff.splitlines():
        if named := re.match(r"(?:---|\+\+\+) [ab]/(.+)", line):
            lines.setdefault(file := named[1], set())
        elif place := re.match(r"@@ \S+ \+(\d+)(?:,(\d+))? @@", line):
            first, count = int(place[1]), int(place[2] or 1)
            lines[file] |= set(range(first, first + max(count, 1)))
    new = _git("ls-files", "--others", "--exclude-standard") or ""
    return lines | {name: set() for name in new.splitlines()}


def _git(*arguments: str) -> str | None:
    command = ["git", "-C", str(ROOT), *arguments]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout if asked.returncode == 0 else None


def affected(changed: dict[str, set[int]]) -> set[str]:
    """Return the test modules that changes reach, as paths from the root."""
    modules = {name for name in changed if name.endswith(".py")}
    found = {name for each in modules for name in importers(each)}
    for name in changed:
        if name.startswith("supabase/migrations/"):
            found |= set(naming(dependents(objects(name, changed[name]))))
    return ALWAYS | {name for name in found if _is_test(name)}


def _is_test(name: str) -> bool:
    parts = Path(name).parts
    return parts[0] == "tests" and parts[1] in ROOMS and parts[-1].startswith("test_")


# Python


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def importers(file: str) -> Iterator[str]:
    """The files of the modules that import the module of a file, and its own.

    Fixtures of a folder are imported by all its tests, those of all tests by none: they
    would make every module reach everything.
    """
    module = file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    if module not in _graph().modules:
        return
    for name in {module, *_graph().find_downstream_modules(module)}:
        path = name.replace(".", "/")
        yield f"{path}.py"
        folder = path.removesuffix("/conftest")
        if folder not in (path, "tests"):
            for test in (ROOT / folder).rglob("test_*.py"):
                yield str(test.relative_to(ROOT))


# SQL


@cache
def statements() -> dict[tuple[str, int], str]:
    """The statements of the migrations by file and number of their first line."""
    found = {}
    for file in sorted(MIGRATIONS.glob("*.sql")):
        line = 1
        for text in STATEMENT.split(file.read_text()):
            found[str(file.relative_to(ROOT)), line] = text
            line += text.count("\n")
    return found


def defined(statement: str) -> set[str]:
    """The names that a statement changes: what it creates, or the table it is about."""
    names = {created.split()[-1] for created in CREATED.findall(statement)}
    head = statement.split("$$")[0].split("\nas")[0]
    if not re.match(r"create (?:or replace )?(?:function|table|view)", statement):
        names |= set(ON.findall(head))
    if commented := re.match(r"comment on \w+ ([\w.]+)", statement):
        names.add(commented[1])
    return {name.split(".")[-1].strip('"') for name in names}


def objects(file: str, lines: Iterable[int]) -> set[str]:
    """The names of what the changed lines of a migration define; of all, for none."""
    starts = [line for name, line in statements() if name == file]
    touched = {max(start for start in starts if start <= line) for line in lines}
    return {
        name
        for start in touched or starts
        for name in defined(statements()[file, start])
    }


def dependents(names: set[str]) -> set[str]:
    """Add the names of whatever names one of them, until there is no more."""
    reached, fresh = set(names), set(names)
    while fresh:
        fresh = {
            name
            for text in statements().values()
            if fresh & set(WORD.findall(text))
            for name in defined(text)
        } - reached
        reached |= fresh
    return reached


def naming(names: set[str]) -> Iterator[str]:
    """The test modules that name one of some objects, or call what names one."""
    helpers = dict(_helpers())
    callers: set[str] = set()
    fresh = names
    while fresh:
        fresh = {name for name, words in helpers.items() if words & fresh} - callers
        callers |= fresh
    for file in (ROOT / "tests").rglob("test_*.py"):
        text = file.read_text()
        if names & set(WORD.findall(text)) or callers & set(CALL.findall(text)):
            yield str(file.relative_to(ROOT))


def _helpers() -> Iterator[tuple[str, set[str]]]:
    """Each function beside the tests, with the words of its text."""
    for file in (ROOT / "tests").rglob("*.py"):
        if not file.name.startswith("test_"):
            text = file.read_text()
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    yield node.name, set(WORD.findall(ast.unparse(node)))


# pytest


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deselect the slow tests that no change reaches."""
    changed = changed_lines()
    if changed is None:
        return
    reached = {str(ROOT / name) for name in affected(changed)}

    def is_kept(item: pytest.Item) -> bool:
        if about := TOOLS.get(item.name):
            return any(name.startswith(about) for name in changed)
        return item.get_closest_marker("slow") is None or str(item.path) in reached

    config.hook.pytest_deselected(items=[each for each in items if not is_kept(each)])
    kept = [item for item in items if is_kept(item)]
    items[:] = sorted(kept, key=lambda item: str(item.path) not in reached)


def pytest_report_header() -> str:
    """Name the files whose changes are looked at."""
    changed = changed_lines()
    names = "unknown, so every test" if changed is None else ", ".join(sorted(changed))
    return f"changed: {names or 'nothing'}"


if __name__ == "__main__":
    print(*sorted(affected(changed_lines() or {})), sep=os.linesep)  # noqa: T201
