"""Verify who calls: a user with a session, or an administrator."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from infra.local.auth.errors import AuthError
from infra.local.auth.service import SERVICE
from infra.local.auth.sessions import exists
from infra.local.auth.users import Row, find, refuse_banned
from infra.local.pool import Connection

BEARER = re.compile(r"bearer (\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Caller:
    """The user who calls, with the transaction the call runs in."""

    connection: Connection
    user: Row
    session_id: str


@asynccontextmanager
async def calling(request: web.Request) -> AsyncIterator[Caller]:
    """Run the block in a transaction, for the calling user.

    Raises:
        AuthError: no valid token, or its user or session is gone.
    """
    claims = _claims(request)
    async with request.app[SERVICE].transaction() as connection:
        user = await find(connection, _subject(claims))
        if user is None:
            text = "User from sub claim in JWT does not exist"
            raise AuthError(403, "user_not_found", text)
        refuse_banned(user, 403)
        session_id = str(claims.get("session_id", ""))
        if not session_id or not await exists(connection, session_id):
            text = "Session from session_id claim in JWT does not exist"
            raise AuthError(403, "session_not_found", text)
        yield Caller(connection, user, session_id)


@asynccontextmanager
async def administering(request: web.Request) -> AsyncIterator[Connection]:
    """Run the block in a transaction, for an administrator.

    Raises:
        AuthError: the caller is none.
    """
    if _claims(request).get("role") != "service_role":
        raise AuthError(403, "not_admin", "User not allowed")
    async with request.app[SERVICE].transaction() as connection:
        yield connection


def _claims(request: web.Request) -> dict[str, Any]:
    header = request.headers.get("Authorization", "")
    if (bearer := BEARER.fullmatch(header)) is None:
        text = "This endpoint requires a valid Bearer token"
        raise AuthError(401, "no_authorization", text)
    return request.app[SERVICE].tokens.verify(bearer[1])


def _subject(claims: dict[str, Any]) -> UUID:
    try:
        return UUID(str(claims["sub"]))
    except (KeyError, ValueError) as error:
        raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim") from error
