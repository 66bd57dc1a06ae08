"""Send the HTTP requests that `net.http_post` has queued: the worker of pg_net.

Like the real one: nothing before commit, a batch at once and in no order, one try,
a pause, then the next batch; a crash of the database loses the queue.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import psycopg
from aiohttp import hdrs, web
from psycopg.types.json import Jsonb
from yarl import URL

from infra.local.serving import health

USER_AGENT = "pg_net/0.20.4"
BATCH = 200  # requests started at once
PAUSE = 1.0  # seconds between two batches
KEPT = "6 hours"  # how long responses can be read
RETRY = 0.5  # seconds until a lost database is tried again
TAKE_REQUESTS = """
delete from net.http_request_queue where id in (
    select id from net.http_request_queue order by id limit %s
) returning id, method, url, timeout_milliseconds, headers, body
"""
STORE_RESPONSE = """
insert into net._http_response
(id, status_code, content, headers, content_type, timed_out, error_msg)
values (%s, %s, %s, %s, %s, %s, %s)
"""
DELETE_OLD = "delete from net._http_response where created < now() - %s::interval"


@dataclass(frozen=True)
class Result:
    """The result of one request, in the columns of `net._http_response`."""

    status: int | None = None
    content: str | None = None
    headers: Mapping[str, str] | None = None
    content_type: str | None = None
    timed_out: bool = False
    error: str | None = None

    def row(self, request_id: int) -> tuple[Any, ...]:
        """Return the values of the row."""
        headers = Jsonb(dict(self.headers)) if self.headers is not None else None
        rest = (self.content_type, self.timed_out, self.error)
        return (request_id, self.status, self.content, headers, *rest)


async def work(dsn: str) -> None:
    """Send until cancelled, also across restarts of the database."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        while True:
            try:
                await _work_connected(dsn, session)
            except psycopg.Error as error:
                print(f"webhooks: the database is away: {error}", file=sys.stderr)
                await asyncio.sleep(RETRY)


async def _work_connected(dsn: str, session: aiohttp.ClientSession) -> None:
    connect = psycopg.AsyncConnection.connect
    async with await connect(dsn, autocommit=True) as connection:
        await connection.execute("listen pg_net_wake")
        while True:
            while await _installed(connection) and await _send_batch(
                connection, session
            ):
                await asyncio.sleep(PAUSE)
            async for _ in connection.notifies(timeout=30.0, stop_after=1):
                pass


async def _installed(connection: psycopg.AsyncConnection) -> bool:
    query = "select to_regclass('net.http_request_queue') is not null"
    row = await (await connection.execute(query)).fetchone()
    return bool(row and row[0])


async def _send_batch(
    connection: psycopg.AsyncConnection, session: aiohttp.ClientSession
) -> int:
    """Send one batch to its end even when cancelled, so that nothing goes twice."""
    batch = asyncio.create_task(_batch(connection, session))
    try:
        return await asyncio.shield(batch)
    except asyncio.CancelledError:
        await batch
        raise


async def _batch(
    connection: psycopg.AsyncConnection, session: aiohttp.ClientSession
) -> int:
    """Send one batch and return how many requests it had."""
    async with connection.transaction():
        await connection.execute(DELETE_OLD, [KEPT])
        requests = await (await connection.execute(TAKE_REQUESTS, [BATCH])).fetchall()
        results = await asyncio.gather(*(_send(session, row) for row in requests))
        async with connection.cursor() as cursor:
            rows = zip(requests, results, strict=True)
            await cursor.executemany(
                STORE_RESPONSE, [result.row(row[0]) for row, result in rows]
            )
    return len(requests)


async def _send(session: aiohttp.ClientSession, row: tuple[Any, ...]) -> Result:
    _, method, url, milliseconds, headers, body = row
    try:
        async with session.request(
            method.upper(),
            URL(url, encoded=True),
            headers={hdrs.ACCEPT: "*/*", **(headers or {}), "User-Agent": USER_AGENT},
            data=body,
            timeout=aiohttp.ClientTimeout(total=milliseconds / 1000),
            skip_auto_headers=[hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE],
        ) as response:
            content = await response.text(errors="replace") or None
            kind = response.headers.get(hdrs.CONTENT_TYPE)
            return Result(response.status, content, response.headers, kind)
    except TimeoutError:
        text = f"Timeout of {milliseconds} ms reached."
        return Result(timed_out=True, error=text)
    except aiohttp.ClientConnectorError:
        return Result(error="Couldn't connect to server")
    except (aiohttp.ClientError, ValueError) as error:
        return Result(error=str(error))


async def _serve(dsn: str, port: int) -> None:
    app = web.Application()
    app.router.add_get("/health", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    working = asyncio.create_task(work(dsn))
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, working.cancel)
    with suppress(asyncio.CancelledError):
        await working
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(os.environ["DATABASE_URL"], int(os.environ["PORT"])))
