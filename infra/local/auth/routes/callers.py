"""Who calls: a user with a session, or an administrator."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from infra.local.auth.accounts import Row, find, is_banned
from infra.local.auth.desk import DESK, Connection, Settings
from infra.local.auth.problems import Refusal
from infra.local.auth.sessions import exists

__all__ = [
    "Caller",
    "Connection",
    "Settings",
    "administering",
    "calling",
    "settings_of",
]

BEARER = re.compile(r"bearer (\S+)", re.IGNORECASE)
ADMINISTRATORS = {"service_role", "supabase_admin"}


@dataclass(frozen=True)
class Caller:
    """The user who calls, with the transaction the call runs in."""

    connection: Connection
    settings: Settings
    user: Row
    session_id: str


@asynccontextmanager
async def calling(request: web.Request) -> AsyncIterator[Caller]:
    """Open a transaction for the calling user.

    Raises:
        Refusal: no valid token, or its user or session is gone.
    """
    desk, claims = request.app[DESK], _claims(request)
    async with desk.transaction() as connection:
        user = await find(connection, _subject(claims))
        if user is None:
            text = "User from sub claim in JWT does not exist"
            raise Refusal(403, "user_not_found", text)
        session_id = str(claims.get("session_id", ""))
        if not session_id or not await exists(connection, session_id):
            text = "Session from session_id claim in JWT does not exist"
            raise Refusal(403, "session_not_found", text)
        if is_banned(user):
            raise Refusal(403, "user_banned", "User is banned")
        yield Caller(connection, desk.settings, user, session_id)


@asynccontextmanager
async def administering(request: web.Request) -> AsyncIterator[Connection]:
    """Open a transaction for an administrator.

    Raises:
        Refusal: the caller is none.
    """
    if _claims(request).get("role") not in ADMINISTRATORS:
        raise Refusal(403, "not_admin", "User not allowed")
    async with request.app[DESK].transaction() as connection:
        yield connection


def settings_of(request: web.Request) -> Settings:
    """Return the configuration."""
    return request.app[DESK].settings


def _claims(request: web.Request) -> dict[str, Any]:
    header = request.headers.get("Authorization", "")
    if (bearer := BEARER.fullmatch(header)) is None:
        text = "This endpoint requires a valid Bearer token"
        raise Refusal(401, "no_authorization", text)
    return request.app[DESK].tokens.verify(bearer[1])


def _subject(claims: dict[str, Any]) -> UUID:
    if not claims.get("sub"):
        raise Refusal(403, "bad_jwt", "invalid claim: missing sub claim")
    try:
        return UUID(claims["sub"])
    except ValueError as error:
        text = "invalid claim: sub claim must be a UUID"
        raise Refusal(400, "bad_jwt", text) from error
