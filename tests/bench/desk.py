"""A desk of its own for a bench: database, PostgREST and gateway, with the cast."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from infra.local.config import ProjectConfig
from infra.local.platform import ROOT, Platform, Ports
from infra.local.postgres import connected, migrate
from infra.local.processes import Service, running
from shared.core.http import get_settings
from tests.access import SERVICE_ROLE, Access
from tests.database.personas import enrol, id_of

MIDDLE = """
select id from public.tickets where queue_id = %(queue)s order by number
offset (select count(*) / 2 from public.tickets where queue_id = %(queue)s) limit 1
"""


class Desk(Access):
    """A running platform, and how to be somebody there."""

    def __init__(self, platform: Platform, services: Sequence[Service]) -> None:
        super().__init__(platform.keys, platform.url)
        self.platform = platform
        self.services = services

    def ticket_in(self, queue: str) -> str:
        """The id of a ticket in the middle of a queue."""
        with self.connection() as connection:
            row = connection.execute(MIDDLE, {"queue": id_of(queue)}).fetchone()
        assert row
        return str(row[0])

    def enter_environment(self) -> None:
        """Let the HTTP functions of this process find this platform."""
        variables = {
            "SUPABASE_URL": self.url,
            "SUPABASE_PUBLISHABLE_KEY": self.platform.keys.publishable,
            "POWERTOOLS_SERVICE_NAME": "autocrm",
        }
        os.environ.update(variables)
        get_settings.cache_clear()

    def connection(self, role: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.platform.cluster.dsn(role), autocommit=True)


@contextmanager
def open_desk(*also: str) -> Iterator[Desk]:
    """Run a migrated desk for the time of a block.

    Args:
        also: parts beside database, PostgREST and gateway, such as `realtime`.
    """
    names = {"postgrest", "edge", *also}
    with tempfile.TemporaryDirectory(prefix="autocrm-bench-") as folder:
        config = ProjectConfig.load(ROOT / "supabase" / "config.toml")
        platform = Platform(Path(folder), Ports.free(), config)
        database, *others = services = platform.services()
        try:
            with running([database]):
                migrate(platform.cluster.dsn("postgres"), ROOT / "supabase/migrations")
                with connected(platform.cluster.dsn("postgres")) as connection:
                    enrol(connection)
                with running([part for part in others if part.name in names]):
                    yield Desk(platform, services)
        finally:
            platform.cluster.remove()


__all__ = ["SERVICE_ROLE", "Desk", "id_of", "open_desk"]
