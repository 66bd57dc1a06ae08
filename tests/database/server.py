"""One real cluster for all tests of a session, and databases cloned from templates."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.local.config import ProjectConfig
from infra.local.platform import ROOT, Platform, Ports
from infra.local.postgres import SUPERUSER, connected, migrate
from infra.local.processes import running

from .personas import enrol

MIGRATIONS = ROOT / "supabase" / "migrations"
EMPTY = "empty"  # bootstrapped, nothing migrated
SEEDED = "seeded"  # migrated, with the personas

_stash = pytest.StashKey["Server"]()


class Server:
    """The cluster of a platform; `postgres` is migrated and has the personas."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._numbers = itertools.count(1)

    def dsn(self, database: str, role: str = "postgres") -> str:
        return self.platform.cluster.dsn(role).removesuffix("postgres") + database

    def clone(self, template: str) -> str:
        """Make a database of the template's content, and return its name."""
        name = f"{template}_{next(self._numbers)}"
        self._copy(template, name)
        return name

    def drop(self, database: str) -> None:
        drop = sql.SQL("drop database {} with (force)")
        self._administer(drop.format(sql.Identifier(database)))

    def create_templates(self) -> None:
        self._stop_flushing()
        self._copy("postgres", EMPTY)
        migrate(self.dsn("postgres"), MIGRATIONS)
        with connected(self.dsn("postgres")) as connection:
            enrol(connection)
        self._copy("postgres", SEEDED)

    def _stop_flushing(self) -> None:
        """Write no page to the disk at once: no test needs to outlive a power cut."""
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            change = sql.SQL("alter system set {} = off")
            self._administer(change.format(sql.Identifier(setting)))
        self._administer(sql.SQL("select pg_reload_conf()"))

    def _copy(self, template: str, name: str) -> None:
        copy = sql.SQL(
            "create database {} template {} owner postgres strategy file_copy"
        )
        self._administer(copy.format(sql.Identifier(name), sql.Identifier(template)))

    def _administer(self, statement: sql.Composed) -> None:
        with connected(self.dsn("template1", SUPERUSER)) as connection:
            connection.execute(statement)


def shared_server(config: pytest.Config) -> Server:
    """Return the server of this session; it ends when the session does."""
    if _stash not in config.stash:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[_stash] = stack.enter_context(_serving())
    return config.stash[_stash]


@contextmanager
def _serving() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="autocrm-") as folder:
        config = ProjectConfig.load(ROOT / "supabase" / "config.toml")
        platform = Platform(Path(folder), Ports.free(), config)
        platform.cluster.prepare()
        try:
            with running([platform.cluster.service()]):
                server = Server(platform)
                server.create_templates()
                yield server
        finally:
            platform.cluster.remove()


@contextmanager
def open_connection(dsn: str, **settings: str) -> Iterator[psycopg.Connection]:
    """Connect, with settings of the session such as `lock_timeout`."""
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    with psycopg.connect(dsn, autocommit=True, options=options) as connection:
        connection.add_notice_handler(lambda notice: None)
        yield connection
