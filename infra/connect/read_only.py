"""Read-only clients of HTTP, Postgres and AWS.

`make connect` can change nothing, because its clients refuse whatever is not a read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import boto3
import httpx
import psycopg
from botocore.model import OperationModel
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.stack import open_session
from infra.supabase_cli import encryption

TIMEOUT: Final = 10.0  # seconds for one response
AWS_READS: Final = ("Describe", "Get", "Head", "List")
HTTP_READS: Final = ("GET", "HEAD")


class WouldChange(Exception):
    """A check tried to change something; the message names it."""


def open_web() -> httpx.Client:
    """Return an HTTP client that refuses to write and follows no redirect."""

    def guard(request: httpx.Request) -> None:
        if request.method not in HTTP_READS:
            raise WouldChange(f"{request.method} {request.url.path}")

    return httpx.Client(timeout=TIMEOUT, event_hooks={"request": [guard]})


@contextmanager
def open_database(dsn: str) -> Iterator[psycopg.Connection]:
    """Connect to a database in read-only transactions.

    Raises:
        psycopg.OperationalError: it cannot be reached, or refuses the password.
    """
    with psycopg.connect(_encrypted(dsn), connect_timeout=int(TIMEOUT)) as connection:
        connection.read_only = True
        yield connection


def _encrypted(dsn: str) -> str:
    """Return the connection string, with encryption unless it names an sslmode."""
    try:
        parameters = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:  # whose message quotes it
        raise psycopg.OperationalError("This is no connection string.") from None
    if "sslmode" in parameters:
        return dsn
    return make_conninfo(dsn, sslmode=encryption(str(parameters.get("host"))))


def open_aws() -> boto3.Session:
    """Return an AWS session whose clients refuse whatever is not a read."""

    def guard(model: OperationModel, **_: object) -> None:
        if not model.name.startswith(AWS_READS):
            raise WouldChange(f"{model.service_model.service_name}:{model.name}")

    session = open_session()
    session.events.register("before-call", guard)
    return session
