"""A pool of database connections that survives a restart of the database."""

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


def open_pool(dsn: str) -> Pool:
    """Return a pool, not yet open; a connection is tried before it is lent."""
    settings: dict[str, Any] = {"autocommit": True, "row_factory": dict_row}
    return AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=8,
        open=False,
        kwargs=settings,
        check=AsyncConnectionPool.check_connection,
    )
