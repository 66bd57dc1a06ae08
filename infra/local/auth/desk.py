"""What every route of Auth works with, kept in the application under `DESK`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from aiohttp import web

from infra.local.pool import Connection, Pool, open_pool

from .sessions import Tokens
from .settings import Settings

__all__ = ["DESK", "Connection", "Desk", "Settings"]


@dataclass(frozen=True)
class Desk:
    """Settings, tokens and the database."""

    settings: Settings
    tokens: Tokens
    pool: Pool

    @classmethod
    def furnish(cls, settings: Settings) -> Self:
        """Return a desk whose pool is not yet open."""
        return cls(settings, Tokens(settings), open_pool(settings.dsn))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection for one transaction."""
        async with self.pool.connection() as connection, connection.transaction():
            yield connection


DESK = web.AppKey("desk", Desk)
