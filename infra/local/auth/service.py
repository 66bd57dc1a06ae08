"""The objects that every route of Auth needs, kept in the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from aiohttp import web

from infra.local.pool import Connection, Pool, open_pool

from .sessions import Tokens
from .settings import Settings


@dataclass(frozen=True)
class Service:
    """Settings, tokens and the database."""

    settings: Settings
    tokens: Tokens
    pool: Pool

    @classmethod
    def create(cls, settings: Settings) -> Self:
        """Return a service whose pool is not yet open."""
        return cls(settings, Tokens(settings), open_pool(settings.dsn))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Run the block in one transaction."""
        async with self.pool.connection() as connection, connection.transaction():
            yield connection


SERVICE = web.AppKey("service", Service)
