"""Check what row policies on `realtime.messages` allow on a private topic."""

import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
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

log = logging.getLogger("realtime")


class Policies:
    """Probes the policies as the caller, in transactions that are rolled back.

    What cannot be probed is not allowed, and the log says why: a policy may fail, and
    a topic or a claim may be one that the database does not take.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def readable(
        self, topic: str, claims: Claims, extensions: Sequence[Extension]
    ) -> set[str]:
        """Return which extensions the caller may receive: probes it can select."""
        try:
            return await self._readable(topic, claims, extensions)
        except (psycopg.Error, ValueError) as error:
            return _refused(error)

    async def writable(self, topic: str, claims: Claims) -> set[str]:
        """Return which extensions the caller may send: probes it can insert."""
        try:
            return {
                extension
                for extension in EXTENSIONS
                if await self._may_write(topic, claims, extension)
            }
        except (psycopg.Error, ValueError) as error:
            return _refused(error)

    async def _readable(
        self, topic: str, claims: Claims, extensions: Sequence[Extension]
    ) -> set[str]:
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

    async def _may_write(self, topic: str, claims: Claims, extension: str) -> bool:
        async with self._rolled_back() as connection:
            await _become(connection, topic, claims)
            try:
                await connection.execute(WRITE_PROBE, [topic, extension])
            except psycopg.errors.InsufficientPrivilege:
                return False
            return True

    @asynccontextmanager
    async def _rolled_back(self) -> AsyncIterator[Connection]:
        async with (
            self._pool.connection() as connection,
            connection.transaction(force_rollback=True),
        ):
            yield connection


def _refused(error: Exception) -> set[str]:
    log.warning("the policies could not be checked: %s", error)
    return set()


async def _become(connection: Connection, topic: str, claims: Claims) -> None:
    values = {
        "role": claims.role,
        "topic": topic,
        "claims": json.dumps(claims.values),
        "sub": str(claims.values.get("sub", "")),
    }
    await connection.execute(BECOME, values)
