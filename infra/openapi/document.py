"""The OpenAPI document of all functions together."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI

from shared.core.errors import AppError, TooMany, Unauthenticated, Unavailable
from shared.core.http import STATUS

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
PROBLEM_RESPONSE = {
    "description": "A problem",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    },
}
PROBLEMS = {str(status.value): kind for kind, status in STATUS.items()}
WAIT = {"Retry-After": "Seconds to wait."}
HEADERS: Mapping[type[AppError], Mapping[str, str]] = {
    Unauthenticated: {"WWW-Authenticate": "Bearer."},
    TooMany: WAIT,
    Unavailable: WAIT,
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
    for router in sorted(routers, key=_position):
        app.include_router(router)
    document = app.openapi()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    components["responses"] = {kind.slug: _problem(kind) for kind in PROBLEMS.values()}
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            operation["summary"] = (
                operation["description"].partition("\n")[0].rstrip(".")
            )
            operation["responses"].pop("422", None)
            operation["responses"] |= {
                status: {"$ref": f"#/components/responses/{PROBLEMS[status].slug}"}
                for status in sorted(_failures(verb, path, operation))
            }
            operation["responses"]["default"] = PROBLEM_RESPONSE
            operation["security"] = [] if path in PUBLIC else [{"bearer": []}]
    return document


def _failures(verb: str, path: str, operation: Mapping[str, Any]) -> set[str]:
    """Say which problems a request may meet, by what it consists of."""
    if path in PUBLIC:
        return {"503"}
    parameters = {each["name"] for each in operation.get("parameters", ())}
    return (
        {"401", "403", "422", "503"}
        | ({"404"} if "{" in path else set())
        | ({"409", "429"} if verb != "get" else set())
        | ({"400", "412"} if "If-Match" in parameters else set())
        | ({"400", "413", "415"} if "requestBody" in operation else set())
    )


def _problem(kind: type[AppError]) -> dict[str, Any]:
    headers = {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in HEADERS.get(kind, {}).items()
    }
    return {**PROBLEM_RESPONSE, "description": kind().title, "headers": headers}


def _position(router: APIRouter) -> tuple[int, str]:
    """Sort what readers look for first to the top."""
    tag = str(router.tags[0])
    return (ORDER.index(tag) if tag in ORDER else len(ORDER), tag)
