"""The contracts of `[tool.importlinter]` hold, and would notice if they did not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .source import MODULES, ROOT, imports, name

LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]


def lint(root):
    done = subprocess.run(LINT, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode, done.stdout


def test_every_contract_is_kept():
    code, output = lint(ROOT)

    assert code == 0, output


@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        ("shared/tickets/models.py", "import shared.queues", "rooms below it"),
        ("shared/core/types/enums.py", "import shared.tickets", "rooms below it"),
        ("shared/webhooks/models.py", "import shared.outbox", "rooms below it"),
        ("shared/core/types/enums.py", "import shared.core.events", "only those below"),
        ("shared/core/errors/kinds.py", "import functions.health", "does not know the"),
        ("shared/core/http/app.py", "import postgrest", "through one door"),
        ("shared/tickets/models.py", "import fastapi", "know the web framework"),
        ("functions/health/app.py", "import httpx", "through one door"),
        (
            "functions/create_ticket/use_case.py",
            "import fastapi",
            "know the web framework",
        ),
        ("functions/health/app.py", "import functions.whoami.app", "strangers"),
    ],
)
def test_a_broken_contract_is_named(tmp_path, path, line, broken):
    ignored = shutil.ignore_patterns("__pycache__")
    for top in ("functions", "shared"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / path).open("a") as module:
        module.write(f"{line}\n")

    code, output = lint(tmp_path)

    assert code == 1
    assert [row for row in output.splitlines() if broken in row and "BROKEN" in row]


@pytest.mark.parametrize("container", ["shared", "shared/core"])
def test_a_package_without_a_layer_is_found(tmp_path, container):
    ignored = shutil.ignore_patterns("__pycache__")
    for top in ("functions", "shared"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / container / "novelty").mkdir()
    (tmp_path / container / "novelty" / "__init__.py").touch()

    code, output = lint(tmp_path)

    assert code == 1
    assert "novelty" in output


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_package_is_entered_through_its_barrel(path):
    past_the_barrel = [
        module
        for module in imports(path)
        if module.startswith("shared.")
        and not (ROOT / module.replace(".", "/") / "__init__.py").exists()
    ]

    assert past_the_barrel == []
