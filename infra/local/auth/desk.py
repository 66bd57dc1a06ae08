"""What every route of Auth works with: settings, tokens, database, the caller."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from .problems import Refusal
from .sessions import exists, is_banned
from .settings import Settings
from .tokens import Tokens
from .users import Connection, Row, find

BEARER = re.compile(r"bearer (\S+)", re.IGNORECASE)
ADMINISTRATORS = {"service_role", "supabase_admin"}
Pool = AsyncConnectionPool[Any]


@dataclass(frozen=True)
class Desk:
    """What every route works with; kept in the application under `DESK`."""

    settings: Settings
    tokens: Tokens
    pool: Pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection for one transaction."""
        async with self.pool.connection() as connection, connection.transaction():
            yield connection

    def claims(self, request: web.Request) -> dict[str, Any]:
        """Return the verified claims of the caller.

        Raises:
            Refusal: `no_authorization` or `bad_jwt`.
        """
        header = request.headers.get("Authorization", "")
        if (bearer := BEARER.fullmatch(header)) is None:
            text = "This endpoint requires a valid Bearer token"
            raise Refusal(401, "no_authorization", text)
        return self.tokens.verify(bearer[1])

    def require_admin(self, request: web.Request) -> None:
        """Refuse a caller that is no administrator.

        Raises:
            Refusal: `not_admin`, or no valid token at all.
        """
        if self.claims(request).get("role") not in ADMINISTRATORS:
            raise Refusal(403, "not_admin", "User not allowed")

    async def caller(
        self, request: web.Request, connection: Connection
    ) -> tuple[Row, str]:
        """Return the calling user's row and session id.

        Raises:
            Refusal: no valid token, or its user or session is gone.
        """
        claims = self.claims(request)
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
        return user, session_id


DESK = web.AppKey("desk", Desk)


def open_pool(dsn: str) -> Pool:
    """Return a pool, not yet open, that outlives a restart of the database."""
    return AsyncConnectionPool[Any](
        dsn,
        min_size=1,
        max_size=8,
        open=False,
        kwargs={"row_factory": dict_row, "autocommit": True},
        check=AsyncConnectionPool.check_connection,
    )


def _subject(claims: dict[str, Any]) -> UUID:
    if not claims.get("sub"):
        raise Refusal(403, "bad_jwt", "invalid claim: missing sub claim")
    try:
        return UUID(claims["sub"])
    except ValueError as error:
        text = "invalid claim: sub claim must be a UUID"
        raise Refusal(400, "bad_jwt", text) from error
