"""Set up a new database like that of a hosted project."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from infra.local.keys import Keys

SCRIPTS = Path(__file__).parent / "sql"
LOGIN_ROLES = ("postgres", "authenticator", "supabase_auth_admin")
PATIENCE = 30.0  # seconds; crash recovery after a busy day takes a few


@contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection]:
    """Open a connection, waiting while the server starts or recovers.

    Raises:
        psycopg.OperationalError: it refuses for another reason, or still does after
            half a minute.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection = psycopg.connect(dsn, autocommit=True, connect_timeout=5)
            break
        except psycopg.OperationalError as refusal:
            if not _is_starting(refusal) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    with connection:
        yield connection


def bootstrap(dsn: str, keys: Keys) -> None:
    """Create roles, schemas, grants and stand-ins as the superuser of `dsn`."""
    with connected(dsn) as connection, connection.transaction():
        for script in sorted(SCRIPTS.glob("*.sql")):
            connection.execute(script.read_bytes())
        for role in LOGIN_ROLES:
            password = sql.Literal(keys.password(role))
            statement = sql.SQL("alter role {} password {}")
            connection.execute(statement.format(sql.Identifier(role), password))


def _is_starting(refusal: psycopg.OperationalError) -> bool:
    """Return whether the server is still starting."""
    text = str(refusal)
    return "Connection refused" in text or "the database system is" in text
