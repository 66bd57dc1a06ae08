"""Check what row policies on `realtime.messages` allow on a private topic."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Literal
from uuid import UUID

import psycopg

from infra.local.pool import Connection, Pool

from .claims import Claims

Extension = Literal["broadcast", "presence"]
EXTENSIONS: tuple[Extension, ...] = ("broadcast", "presence")
BECOME = """
select
    set_config('role', %(role)s, true),
    set_config('realtime.topic', %(topic)s, true),
    set_config('request.jwt.claims', %(claims)s, true),
    set_config('request.jwt.claim.sub', %(sub)s, true),
    set_config('request.jwt.claim.role', %(role)s, true),
    set_config('request.headers', '{}', true)
"""
WRITE_PROBE = "insert into realtime.messages (topic, extension) values (%s, %s)"
PROBE = f"{WRITE_PROBE} returning id"
SEEN = "select extension from realtime.messages where id = any(%s)"


class Policies:
    """Probes the policies as the caller, in transactions that are rolled back."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def readable(
        self, topic: str, claims: Claims, extensions: Sequence[Extension]
    ) -> set[str]:
        """Return which extensions the caller may receive: probes it can select."""
        async with self._rolled_back() as connection:
            ids: list[UUID] = []
            for extension in extensions:
                cursor = await connection.execute(PROBE, [topic, extension])
                ids.extend(row["id"] for row in await cursor.fetchall())
            await _become(connection, topic, claims)
            try:
                cursor = await connection.execute(SEEN, [ids])
            except psycopg.errors.InsufficientPrivilege:
                return set()
            return {row["extension"] for row in await cursor.fetchall()}

    async def writable(self, topic: str, claims: Claims) -> set[str]:
        """Return which extensions the caller may send: probes it can insert."""
        allowed: set[str] = set()
        async with self._rolled_back() as connection:
            await _become(connection, topic, claims)
            for extension in EXTENSIONS:
                with suppress(psycopg.errors.InsufficientPrivilege):
                    async with connection.transaction():
                        await connection.execute(WRITE_PROBE, [topic, extension])
                    allowed.add(extension)
        return allowed

    @asynccontextmanager
    async def _rolled_back(self) -> AsyncIterator[Connection]:
        async with (
            self._pool.connection() as connection,
            connection.transaction(force_rollback=True),
        ):
            yield connection


async def _become(connection: Connection, topic: str, claims: Claims) -> None:
    values = {
        "role": claims.role,
        "topic": topic,
        "claims": json.dumps(claims.values),
        "sub": str(claims.values.get("sub", "")),
    }
    await connection.execute(BECOME, values)
