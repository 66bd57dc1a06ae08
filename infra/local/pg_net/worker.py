"""Take requests from the queue, a batch at a time, and store the responses.

Like the real worker: nothing before commit, a batch at once and in no order, one try,
a pause, then the next batch; a crash of the database loses the queue. Unlike it, no
row stops the worker: each is sent once, and what is wrong with it is its response. So
a request may wait a minute at most, because the next batch waits for it.
"""

import asyncio
import logging

import aiohttp
import psycopg
from psycopg.rows import TupleRow

from .request import Result, Row, send

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
Connection = psycopg.AsyncConnection[TupleRow]

log = logging.getLogger("pg_net")


async def work(dsn: str) -> None:
    """Send until cancelled, also across restarts of the database."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        while True:
            try:
                await _work_connected(dsn, session)
            except psycopg.Error as error:
                log.warning("the database is away: %s", error)
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


async def _installed(connection: Connection) -> bool:
    query = "select to_regclass('net.http_request_queue') is not null"
    row = await (await connection.execute(query)).fetchone()
    return bool(row and row[0])


async def _send_batch(connection: Connection, session: aiohttp.ClientSession) -> int:
    """Send one batch to its end even when cancelled, so that nothing goes twice."""
    batch = asyncio.create_task(_batch(connection, session))
    try:
        return await asyncio.shield(batch)
    except asyncio.CancelledError:
        await batch
        raise


async def _batch(connection: Connection, session: aiohttp.ClientSession) -> int:
    """Send one batch and return how many requests it had."""
    async with connection.transaction():
        await connection.execute(DELETE_OLD, [KEPT])
        requests = await (await connection.execute(TAKE_REQUESTS, [BATCH])).fetchall()
        results = await asyncio.gather(*(send(session, row) for row in requests))
        for row, result in zip(requests, results, strict=True):
            await _store(connection, row, result)
    return len(requests)


async def _store(connection: Connection, row: Row, result: Result) -> None:
    """Store one response; one that the database does not take is said in the log.

    Raises:
        psycopg.OperationalError: the database is away.
    """
    try:
        async with connection.transaction():
            await connection.execute(STORE_RESPONSE, result.row(row[0]))
    except psycopg.OperationalError:
        raise
    except (psycopg.Error, ValueError) as error:
        log.warning("the response to request %s was not stored: %s", row[0], error)
