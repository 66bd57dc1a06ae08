"""The responses of an operation: its success with headers, and its problems."""

from collections.abc import Mapping
from typing import Any, Final

from shared.core.errors import AppError, TooMany, Unauthenticated, Unavailable
from shared.core.http import STATUS

from .problems import describe_types

PUBLIC: Final[Mapping[str, set[str]]] = {
    "/health": {"503"},
    "/v1/token": {"413", "429", "503"},
    "/v1/ratings": {"400", "404", "409", "413", "415", "422", "429", "503"},
}
"""What takes no access token, with the problems that a request may meet there."""

PROBLEM: Final = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"$ref": "#/components/schemas/ProblemType"},
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
PROBLEMS: Final = {str(status.value): kind for kind, status in STATUS.items()}
WAIT: Final = {"Retry-After": "Seconds to wait."}
TRACE: Final = {
    "x-correlation-id": "Names this request in our logs; tell it to support."
}
ETAG: Final = {
    "ETag": "Version of the ticket; send it as `If-Match` to change that version."
}
LOCATION: Final = {"Location": "Where what was made is read."}
HEADERS: Final[Mapping[type[AppError], dict[str, str]]] = {
    Unauthenticated: {"WWW-Authenticate": "Bearer."},
    TooMany: WAIT,
    Unavailable: WAIT,
}


def described(headers: Mapping[str, str]) -> dict[str, Any]:
    """Return headers as OpenAPI describes them, from a sentence on each."""
    return {
        name: {"description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    }


PROBLEM_RESPONSE: Final = {
    "description": "A problem",
    "headers": described(TRACE),
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    },
}


def success_headers(
    verb: str, status: str, response: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the headers of a success; a ticket alone has a version."""
    content = response.get("content", {}).get("application/json", {})
    ticket = content.get("schema", {}).get("$ref", "").endswith("/Ticket")
    made = verb == "post" and status in {"201", "202"}
    return described(TRACE | (ETAG if ticket else {}) | (LOCATION if made else {}))


def failures_of(verb: str, path: str, operation: Mapping[str, Any]) -> set[str]:
    """Say which problems a request may meet, by what it consists of."""
    if path in PUBLIC:
        return PUBLIC[path]
    parameters = {each["name"] for each in operation.get("parameters", ())}
    return (
        {"401", "403", "422", "503"}
        | ({"404"} if "{" in path else set())
        | ({"409", "429"} if verb != "get" else set())
        | ({"400", "412"} if "If-Match" in parameters else set())
        | ({"400", "413", "415"} if "requestBody" in operation else set())
    )


def problem_response(kind: type[AppError]) -> dict[str, Any]:
    """Return the response of one kind of problem."""
    headers = described(TRACE | HEADERS.get(kind, {}))
    description = kind().title + describe_types(str(STATUS[kind].value))
    return {**PROBLEM_RESPONSE, "description": description, "headers": headers}
