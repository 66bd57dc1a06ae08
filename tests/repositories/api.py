"""The gateway and PostgREST before one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from infra.local.platform import Ports
from infra.local.processes import running
from shared.core.persistence import open_database
from shared.core.persistence.database import SCHEMA
from tests.database.server import Server

from .tokens import token_of


class Api:
    """The gateway and PostgREST before one database."""

    def __init__(self, server: Server, database: str, ports: Ports) -> None:
        self.keys = server.platform.keys
        self.url = f"http://127.0.0.1:{ports.api}"
        self.dsn = server.dsn(database)

    def open(self, who: str | None):
        """Open the database as one of the cast, or as nobody."""
        token = token_of(self.keys, who) if who else None
        return open_database(self.url, self.keys.publishable, token)

    def open_with(self, token: str):
        return open_database(self.url, self.keys.publishable, token)

    def worker(self):
        return open_database(self.url, self.keys.secret)


@contextmanager
def serving(server: Server, database: str) -> Iterator[Api]:
    ports = Ports.free()
    parts = {part.name: part for part in server.platform.services()}
    rest = replace(
        parts["postgrest"],
        environment={
            **parts["postgrest"].environment,
            "PGRST_DB_URI": server.dsn(database, "authenticator"),
            "PGRST_DB_SCHEMAS": SCHEMA,
            "PGRST_SERVER_PORT": str(ports.rest),
            "PGRST_ADMIN_SERVER_PORT": str(ports.rest_admin),
        },
        ready=f"http://127.0.0.1:{ports.rest_admin}/ready",
    )
    edge = replace(
        parts["edge"],
        environment={
            **parts["edge"].environment,
            "PORT": str(ports.api),
            "REST_URL": f"http://127.0.0.1:{ports.rest}",
        },
        ready=f"http://127.0.0.1:{ports.api}/health",
    )
    with running([rest, edge]):
        yield Api(server, database, ports)
