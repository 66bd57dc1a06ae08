"""One running desk: everything from the database to the functions."""

import asyncio
from importlib import import_module
from importlib.util import find_spec

from infra.local.postgres import migrate
from infra.local.supervisor import ProcessRecord, Supervisor

from .desk import Desk
from .home import MIGRATIONS, Home
from .layout import Layout
from .vault import keep_secrets


class Stack:
    """Starts, watches and stops a whole desk.

    Whoever starts it holds the home's lock and calls `stop`, also after a failure.
    """

    def __init__(self, home: Home, layout: Layout) -> None:
        self._home = home
        self._layout = layout
        self._supervisor = Supervisor(home.logs, ProcessRecord(home.processes))
        self.desk: Desk = layout.desk

    async def start(self) -> None:
        """Bring everything up: migrated, seeded once, serving.

        AWS and the functions start beside the database; they need it only when the
        first request comes.

        Raises:
            PartFailed: a part did not start.
            MigrationFailed: a migration could not be applied.
        """
        # First, so that `make env` knows the desk as soon as its API answers.
        self.desk.save(self._home.desk)
        cloud = asyncio.create_task(self._start_cloud())
        try:
            await self._start_platform()
            await cloud
        finally:
            cloud.cancel()
            await asyncio.gather(cloud, return_exceptions=True)
        await asyncio.to_thread(self._seed)
        # After the seed, so that nobody is woken for what is history.
        await asyncio.to_thread(
            keep_secrets, self.desk.database_url, self._layout.vault
        )

    async def watch(self) -> None:
        """Return never, unless a part ends.

        Raises:
            PartFailed: which one, how, and where its log is.
        """
        await self._supervisor.watch()

    async def stop(self) -> None:
        """Stop what was started, the database last."""
        await self._supervisor.stop()

    async def _start_platform(self) -> None:
        database, *services = await asyncio.to_thread(self._layout.platform)
        await self._supervisor.start(database)
        await asyncio.to_thread(migrate, self.desk.database_url, MIGRATIONS)
        await self._supervisor.start(*services)

    async def _start_cloud(self) -> None:
        for part in self._layout.cloud():
            await self._supervisor.start(part)

    def _seed(self) -> None:
        """Fill a new home with the demonstration, if this checkout has one."""
        name = "infra.local.seed"
        if not self._home.seeded.exists() and find_spec(name):
            import_module(name).seed(self.desk)
            self._home.seeded.touch()
