"""Print the OpenAPI document of every function that has a router."""

import importlib
import json
import sys
from pathlib import Path

from fastapi import APIRouter

from shared.http import compose_openapi


def routers(root: Path) -> list[APIRouter]:
    """The router of each `functions/*/app.py` that has one, by folder name."""
    names = sorted(path.parent.name for path in root.glob("functions/*/app.py"))
    modules = (importlib.import_module(f"functions.{name}.app") for name in names)
    found = (getattr(module, "router", None) for module in modules)
    return [router for router in found if isinstance(router, APIRouter)]


if __name__ == "__main__":
    json.dump(compose_openapi(routers(Path.cwd())), sys.stdout)
