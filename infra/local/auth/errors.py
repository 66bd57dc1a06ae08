"""Responses and errors in the words of Supabase Auth."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from aiohttp import web

from infra.local.strict_json import has_nul, loads

API_VERSION_HEADER = "X-Supabase-Api-Version"
API_VERSION = "2024-01-01"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NOT_JSON = "Could not parse request body as JSON"

log = logging.getLogger("auth")


class AuthError(Exception):
    """Auth refuses a request, with the code that clients decide on."""

    def __init__(self, status: int, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra


class Body(dict[str, Any]):
    """The JSON object of a request, read member by member with the type it must have.

    As in the real service: null counts as left out, and another type than the member's
    refuses the body.
    """

    def text(self, name: str) -> str:
        """Return a text; empty if it is left out."""
        return self._typed(name, str) or ""

    def object(self, name: str) -> dict[str, Any]:
        """Return an object; empty if it is left out."""
        return self._typed(name, dict) or {}

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean."""
        value = self._typed(name, bool)
        return default if value is None else bool(value)

    def _typed(self, name: str, kind: type) -> Any:  # noqa: ANN401 (of that kind)
        value = self.get(name)
        if value is not None and not isinstance(value, kind):
            text = f"{NOT_JSON}: {name} has the wrong type"
            raise AuthError(400, "bad_json", text)
        return value


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a JSON response; times in UTC with a `Z`."""
    text = json.dumps(body, default=_encode)
    return web.json_response(text=text, status=status, headers=headers)


@web.middleware
async def error_responses(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into the body that the client's API version expects.

    Whatever a request meets is the failure of that request only.
    """
    try:
        return await handler(request)
    except AuthError as error:
        return _response(request, error)
    except psycopg.DataError as error:
        text = "A value is none that the database takes"
        log.warning("%s: %s", request.path, error)
        return _response(request, AuthError(400, "validation_failed", text))
    except web.HTTPException:
        raise
    except Exception as error:
        is_database = isinstance(error, psycopg.Error)
        text = "Database error" if is_database else "Internal Server Error"
        log.exception("%s failed", request.path)
        return _response(request, AuthError(500, "unexpected_failure", text))


async def read_json(request: web.Request) -> Body:
    """Read a JSON object from the body.

    Raises:
        AuthError: the body is something else, or nothing that can be stored.
    """
    try:
        body = loads(await request.read())
    except ValueError as error:
        raise AuthError(400, "bad_json", f"{NOT_JSON}: {error}") from error
    if not isinstance(body, dict):
        raise AuthError(400, "bad_json", f"{NOT_JSON}: not an object")
    if has_nul(body):
        raise AuthError(400, "validation_failed", "A text contains a NUL character")
    return Body(body)


def _response(request: web.Request, error: AuthError) -> web.Response:
    headers = {"x-sb-error-code": error.code}
    if request.headers.get(API_VERSION_HEADER, "") >= API_VERSION:
        headers[API_VERSION_HEADER] = API_VERSION
        body: dict[str, object] = {"code": error.code, "message": error.message}
    else:
        body = {
            "code": error.status,
            "error_code": error.code,
            "msg": error.message,
        }
    return json_response({**body, **error.extra}, error.status, headers)


def _encode(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form.")
