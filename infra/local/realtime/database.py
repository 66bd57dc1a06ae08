"""Broadcast from the database: committed rows of `realtime.messages`."""

import asyncio
import logging

import psycopg
from psycopg.rows import TupleRow

from .channels import Hub, Room, Service
from .protocol import Broadcast

RETRY = 0.5  # seconds until a lost database is tried again
PARTITIONS_EVERY = 3600  # seconds
READ = """
select topic, private, event, payload, binary_payload
from realtime.messages where id = %s
"""
Database = psycopg.AsyncConnection[TupleRow]

log = logging.getLogger("realtime")


async def listen(dsn: str, service: Service) -> None:
    """Send every committed message to its room, until cancelled.

    Rows that are committed while the database cannot be reached are not sent later,
    as on the platform: clients read again when they join again.
    """
    while True:
        try:
            await _listen_connected(dsn, service)
        except psycopg.Error as error:
            log.warning("the database is away: %s", error)
            await asyncio.sleep(RETRY)
        finally:
            service.listening.clear()


async def keep_partitions(dsn: str) -> None:
    """Keep tomorrow's partition ready, until cancelled."""
    while True:
        try:
            connect = psycopg.AsyncConnection.connect
            async with await connect(dsn, autocommit=True) as connection:
                await connection.execute("select realtime.keep_partitions()")
            await asyncio.sleep(PARTITIONS_EVERY)
        except psycopg.Error:
            await asyncio.sleep(RETRY)


async def _listen_connected(dsn: str, service: Service) -> None:
    connect = psycopg.AsyncConnection.connect
    async with await connect(dsn, autocommit=True) as notes:
        await notes.execute("listen realtime_messages")
        async with await connect(dsn, autocommit=True) as reader:
            service.listening.set()
            async for note in notes.notifies():
                await _deliver(reader, service.hub, note.payload)


async def _deliver(reader: Database, hub: Hub, message_id: str) -> None:
    """Send one row; what is wrong with it stops no other.

    Raises:
        psycopg.OperationalError: the database is away.
    """
    try:
        cursor = await reader.execute(READ, [message_id])
        if row := await cursor.fetchone():
            _send(hub, message_id, row)
    except psycopg.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, the next row is sent)
        log.warning("message %s was not sent: %r", message_id, error)


def _send(hub: Hub, message_id: str, row: TupleRow) -> None:
    topic, private, event, payload, data = row
    content = payload if data is None else bytes(data)
    if content is None or not event:
        log.warning("message %s was not sent: no payload or event", message_id)
        return
    message = Broadcast(event, content, {"id": message_id})
    hub.send(Room(topic, bool(private)), message)
