"""Doors that let nothing but questions through.

`make connect` changes nothing because it could not: each door refuses what would.
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

PATIENCE: Final = 10.0  # seconds for one answer
QUESTIONS: Final = ("Describe", "Get", "Head", "List")
READS: Final = ("GET", "HEAD")


class WouldChange(Exception):
    """A check tried to change something; the message says what."""


def open_web() -> httpx.Client:
    """HTTP that only reads, and follows no redirect with our keys."""

    def guard(request: httpx.Request) -> None:
        if request.method not in READS:
            raise WouldChange(f"{request.method} {request.url.path}")

    return httpx.Client(timeout=PATIENCE, event_hooks={"request": [guard]})


@contextmanager
def open_database(dsn: str) -> Iterator[psycopg.Connection]:
    """A database in read-only transactions.

    Raises:
        psycopg.OperationalError: it cannot be reached, or refuses us.
    """
    with psycopg.connect(_encrypted(dsn), connect_timeout=int(PATIENCE)) as connection:
        connection.read_only = True
        yield connection


def _encrypted(dsn: str) -> str:
    """The connection string, with encryption unless it says otherwise."""
    try:
        told = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:  # whose message quotes it
        raise psycopg.OperationalError("This is no connection string.") from None
    if "sslmode" in told:
        return dsn
    return make_conninfo(dsn, sslmode=encryption(str(told.get("host"))))


def open_aws() -> boto3.Session:
    """AWS as the environment names it; clients made of it only ask."""

    def guard(model: OperationModel, **_: object) -> None:
        if not model.name.startswith(QUESTIONS):
            raise WouldChange(f"{model.service_model.service_name}:{model.name}")

    session = open_session()
    session.events.register("before-call", guard)
    return session
