"""Responses and errors in the words of Supabase Auth."""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from aiohttp import web

API_VERSION_HEADER = "X-Supabase-Api-Version"
API_VERSION = "2024-01-01"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AuthError(Exception):
    """Auth refuses a request, with the code that clients decide on."""

    def __init__(self, status: int, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a JSON response; times in UTC with a `Z`."""
    text = json.dumps(body, default=_encode)
    return web.json_response(text=text, status=status, headers=headers)


@web.middleware
async def error_responses(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into the body that the client's API version expects."""
    try:
        return await handler(request)
    except AuthError as error:
        return _response(request, error)
    except psycopg.Error as error:
        print(f"auth: {type(error).__name__}: {error}", file=sys.stderr)
        text = "Database error"
        return _response(request, AuthError(500, "unexpected_failure", text))


async def read_json(request: web.Request) -> dict[str, Any]:
    """Read a JSON object from the body.

    Raises:
        AuthError: the body is something else.
    """
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        text = f"Could not parse request body as JSON: {error}"
        raise AuthError(400, "bad_json", text) from error
    if not isinstance(body, dict):
        text = "Could not parse request body as JSON: not an object"
        raise AuthError(400, "bad_json", text)
    return body


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
