"""Moves the time that the desk lives by, as only the owner of its database may.

Leases, limits, retries and sessions go on by the real time; see private.now().
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg

NOW = "select pg_catalog.now()"


def set_time(connection: psycopg.Connection, moment: datetime) -> None:
    """Let it be a moment, from which time passes on as ever."""
    _replace(connection, moment - _read(connection, NOW))


def pass_time(connection: psycopg.Connection, **span: float) -> None:
    """Let time pass, as `timedelta` names it: `days=4, minutes=1`."""
    moved = _read(connection, "select private.now()") - _read(connection, NOW)
    _replace(connection, moved + timedelta(**span))


def restore_time(connection: psycopg.Connection) -> None:
    """Let it be the real time, as in a deployment."""
    _replace(connection, timedelta())


@contextmanager
def movable_time(connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Restore the time at the end, of a database that others go on using."""
    try:
        yield connection
    finally:
        restore_time(connection)


def _replace(connection: psycopg.Connection, moved: timedelta) -> None:
    by = f" + interval '{moved.total_seconds():.6f} seconds'" if moved else ""
    connection.execute(
        "create or replace function private.now() returns timestamptz"
        f" language sql stable parallel safe begin atomic {NOW}{by}; end"
    )


def _read(connection: psycopg.Connection, query: str) -> datetime:
    [moment] = connection.execute(query).fetchone() or [None]
    assert isinstance(moment, datetime)
    return moment
