"""The OpenAPI document of all functions together."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI

PUBLIC = {"/health"}
ORDER = ("tickets", "comments", "events", "queues", "views", "people and roles")
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:autocrm:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "examples": ["#/subject"]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ANSWER = {
    "description": "A problem",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    },
}


def compose_openapi(routers: Iterable[APIRouter]) -> dict[str, Any]:
    """Return one OpenAPI 3.1 document for the routers of all functions."""
    app = FastAPI(
        title="AutoCRM",
        version="1",
        summary="A help desk back end",
        description="Sign in with Supabase Auth and send the access token as bearer."
        " Every POST takes an Idempotency-Key; lists are paged by cursor.",
    )
    for router in sorted(routers, key=_place):
        app.include_router(router)
    document = app.openapi()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["summary"] = (
                operation["description"].partition("\n")[0].rstrip(".")
            )
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = ANSWER
            operation["security"] = [] if path in PUBLIC else [{"bearer": []}]
    return document


def _place(router: APIRouter) -> tuple[int, str]:
    """Sort what readers look for first to the top."""
    tag = str(router.tags[0])
    return (ORDER.index(tag) if tag in ORDER else len(ORDER), tag)
