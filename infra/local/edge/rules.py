"""What the hosted platform refuses before PostgREST sees it."""

from typing import Any

from aiohttp import web

Refusal = tuple[int, dict[str, Any]]
NOT_A_FILTER = {"select", "order", "limit", "offset", "columns", "on_conflict"}
VERBS = {"PATCH": "UPDATE", "DELETE": "DELETE"}


def rest_refusal(request: web.Request, path: str, privileged: bool) -> Refusal | None:
    """Return status and body of a refusal; None lets the request through."""
    if path in {"", "/"} and request.method in {"GET", "HEAD"} and not privileged:
        hint = "Accessing the schema via the Data API needs a secret API key."
        return 401, {"message": "Access to schema is forbidden", "hint": hint}
    if request.method in VERBS and not NOT_A_FILTER.issuperset(request.query):
        return None
    if request.method in VERBS and not path.startswith("/rpc/"):
        return 400, {
            "code": "21000",
            "details": None,
            "hint": None,
            "message": f"{VERBS[request.method]} requires a WHERE clause",
        }
    return None
