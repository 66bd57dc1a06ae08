"""Shared by the conformance tests: people, waiting, scripts for Node."""

import uuid
from functools import cache
from pathlib import Path

import httpx
from supabase import Client, ClientOptions, create_client

from infra.local.platform import Platform
from infra.local.postgres import Cluster, connected
from infra.local.processes import running

PASSWORD = "a long password"
MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def connections() -> httpx.Client:
    """Return the connections that all clients share; closed at the end."""
    return httpx.Client()


def client(platform: Platform, key: str | None = None) -> Client:
    """Return a client that keeps no session in the background."""
    options = ClientOptions(auto_refresh_token=False, httpx_client=connections())
    return create_client(platform.url, key or platform.keys.publishable, options)


def new_email() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.com"


def signed_up(platform: Platform) -> Client:
    """Return the client of a new person."""
    person = client(platform)
    person.auth.sign_up({"email": new_email(), "password": PASSWORD})
    return person


def serves(cluster: Cluster) -> bool:
    """Whether a prepared cluster starts and answers a query."""
    with (
        running([cluster.service()]),
        connected(cluster.dsn("postgres")) as connection,
    ):
        return connection.execute("select 1").fetchone() == (1,)
