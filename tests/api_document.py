"""The OpenAPI document of all functions, composed once a process."""

from functools import cache
from typing import Any

from infra.openapi import compose_openapi, find_routers

from .open_desk import ROOT


@cache
def api_document() -> dict[str, Any]:
    """Return the document as it is published; nobody may change it."""
    return compose_openapi(find_routers(ROOT))
