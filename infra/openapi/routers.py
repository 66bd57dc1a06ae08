"""The routers of the functions, found by their folders."""

from importlib import import_module
from pathlib import Path

from fastapi import APIRouter


def find_routers(root: Path) -> list[APIRouter]:
    """Return the router of each `functions/*/app.py` that has one, by folder name."""
    names = sorted(path.parent.name for path in root.glob("functions/*/app.py"))
    modules = (import_module(f"functions.{name}.app") for name in names)
    found = (getattr(module, "router", None) for module in modules)
    return [router for router in found if isinstance(router, APIRouter)]
