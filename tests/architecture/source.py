"""The source as the tests of this folder read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path for top in ("functions", "shared") for path in (ROOT / top).rglob("*.py")
)
BARRELS = [path for path in MODULES if path.name == "__init__.py"]
CODE = [path for path in MODULES if path.name != "__init__.py"]
APPS = sorted((ROOT / "functions").glob("*/app.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """The modules that a module names, relative ones with their dots."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
