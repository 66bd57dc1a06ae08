"""The rows of buckets and objects, as whoever asks may see and write them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from infra.local.pool import Connection, Pool

from .errors import StorageError, no_object

BECOME = """
select
    set_config('role', %(role)s, true),
    set_config('request.jwt.claims', %(claims)s, true),
    set_config('request.jwt.claim.sub', %(sub)s, true),
    set_config('request.jwt.claim.role', %(role)s, true),
    set_config('request.headers', '{}', true),
    set_config('storage.operation', %(operation)s, true),
    set_config('storage.allow_delete_query', 'true', true)
"""
INSERT = """
insert into storage.objects (bucket_id, name, owner_id, metadata, version)
values (%s, %s, %s, %s, %s)
"""
FIND = """
select bucket_id, name, version, metadata, updated_at
from storage.objects where bucket_id = %s and name = %s
"""
REMOVE = """
delete from storage.objects where bucket_id = %s and name = any (%s)
returning id, bucket_id, name, version, metadata
"""
LIMIT = "select file_size_limit from storage.buckets where id = %s"
ITSELF: Mapping[str, Any] = {"role": "service_role"}


@dataclass(frozen=True)
class Key:
    """Where an object is."""

    bucket: str
    name: str

    @property
    def path(self) -> str:
        """Bucket and name, as addresses and tokens have it."""
        return f"{self.bucket}/{self.name}"


class Objects:
    """Reads and writes rows as a caller, or as Storage itself."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def may_insert(
        self,
        claims: Mapping[str, Any],
        operation: str,
        key: Key,
        told: Mapping[str, Any],
    ) -> None:
        """Ask whether an object may be put there, by an insert that is rolled back."""
        async with self._acting(claims, operation, rollback=True) as connection:
            owner = claims.get("sub")
            await connection.execute(
                INSERT, [key.bucket, key.name, owner, Jsonb(dict(told)), None]
            )

    async def insert(
        self, owner: str | None, key: Key, metadata: Mapping[str, Any], version: str
    ) -> None:
        """Record an object whose bytes are there."""
        operation = "storage.object.upload_signed"
        async with self._acting(ITSELF, operation) as connection:
            await connection.execute(
                INSERT, [key.bucket, key.name, owner, Jsonb(dict(metadata)), version]
            )

    async def find(
        self, claims: Mapping[str, Any], operation: str, key: Key
    ) -> dict[str, Any]:
        """Return the row of an object that the caller sees.

        Raises:
            StorageError: there is none.
        """
        async with self._acting(claims, operation) as connection:
            cursor = await connection.execute(FIND, [key.bucket, key.name])
            row = await cursor.fetchone()
        if row is None:
            raise no_object()
        return row

    async def remove(
        self, claims: Mapping[str, Any], bucket: str, names: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Delete objects; return the rows of those that the caller may delete."""
        operation = "storage.object.delete_many"
        async with self._acting(claims, operation) as connection:
            cursor = await connection.execute(REMOVE, [bucket, list(names)])
            return await cursor.fetchall()

    async def limit(self, bucket: str) -> int | None:
        """Return how many bytes an object of a bucket may have, if that is limited."""
        async with self._acting(ITSELF, "storage.bucket.get") as connection:
            cursor = await connection.execute(LIMIT, [bucket])
            row = await cursor.fetchone()
        if row is None:
            raise StorageError(404, "not_found", "Bucket not found", "NoSuchBucket")
        limit: int | None = row["file_size_limit"]
        return limit

    @asynccontextmanager
    async def _acting(
        self, claims: Mapping[str, Any], operation: str, *, rollback: bool = False
    ) -> AsyncIterator[Connection]:
        values = {
            "role": str(claims["role"]),
            "claims": json.dumps(dict(claims)),
            "sub": str(claims.get("sub", "")),
            "operation": operation,
        }
        async with (
            self._pool.connection() as connection,
            connection.transaction(force_rollback=rollback),
        ):
            await connection.execute(BECOME, values)
            yield connection
