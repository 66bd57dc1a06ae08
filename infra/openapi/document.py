"""The OpenAPI document of all functions together."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from .bodies import describe_defaults
from .names import shorten_names
from .problems import type_schema
from .responses import (
    PROBLEM,
    PROBLEM_RESPONSE,
    PROBLEMS,
    PUBLIC,
    failures_of,
    problem_response,
    success_headers,
)

ORDER = ("tickets", "comments", "events", "queues", "views", "people and roles")


def compose_openapi(routers: Iterable[APIRouter]) -> dict[str, Any]:
    """Return one OpenAPI 3.1 document for the routers of all functions."""
    app = FastAPI(
        title="AutoCRM",
        version="1",
        summary="A help desk back end",
        description="Sign in with Supabase Auth and send the access token as bearer."
        " Every POST takes an Idempotency-Key; lists are paged by cursor.",
        generate_unique_id_function=_operation_id,
    )
    for router in sorted(routers, key=_position):
        app.include_router(router)
    document = app.openapi()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(
        {"Problem": PROBLEM, "ProblemType": type_schema()}
    )
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    components["responses"] = {
        kind.slug: problem_response(kind) for kind in PROBLEMS.values()
    }
    for path, operations in document["paths"].items():
        for verb, operation in operations.items():
            operation["summary"] = (
                operation["description"].partition("\n")[0].rstrip(".")
            )
            operation["responses"].pop("422", None)
            for status, response in operation["responses"].items():
                response["description"] = HTTPStatus(int(status)).phrase
                response["headers"] = success_headers(verb, status, response)
            operation["responses"] |= {
                status: {"$ref": f"#/components/responses/{PROBLEMS[status].slug}"}
                for status in sorted(failures_of(verb, path, operation))
            }
            operation["responses"]["default"] = PROBLEM_RESPONSE
            operation["security"] = [] if path in PUBLIC else [{"bearer": []}]
    describe_defaults(document)
    return shorten_names(document)


def _operation_id(route: APIRoute) -> str:
    """Name an operation as its function; a test keeps these names unique."""
    return route.name


def _position(router: APIRouter) -> tuple[int, str]:
    """Sort what readers look for first to the top."""
    tag = str(router.tags[0])
    return (ORDER.index(tag) if tag in ORDER else len(ORDER), tag)
