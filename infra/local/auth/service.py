"""The objects that every route of Auth needs, kept in the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from aiohttp import web

from infra.local.pool import Connection, Pool, open_pool

from .mail import Mailbox, Redirects
from .sessions import Tokens
from .settings import Settings


@dataclass(frozen=True)
class Service:
    """Settings, tokens, the database, and the emails with where they lead."""

    settings: Settings
    tokens: Tokens
    pool: Pool
    mailbox: Mailbox
    redirects: Redirects

    @classmethod
    def create(cls, settings: Settings) -> Self:
        """Return a service whose pool is not yet open."""
        mailbox = Mailbox(settings.mail_folder)
        redirects = Redirects(settings.site_url, settings.redirects)
        pool = open_pool(settings.dsn)
        return cls(settings, Tokens(settings), pool, mailbox, redirects)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Run the block in one transaction."""
        async with self.pool.connection() as connection, connection.transaction():
            yield connection


SERVICE = web.AppKey("service", Service)
