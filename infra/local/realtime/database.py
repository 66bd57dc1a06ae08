"""Broadcast from the database: committed rows of `realtime.messages`."""

import asyncio
import sys
from typing import Any

import psycopg

from .channels import Broadcast, Hub, Room

RETRY = 0.5  # seconds until a lost database is tried again
PARTITIONS_EVERY = 3600  # seconds
READ = """
select topic, private, event, payload, binary_payload
from realtime.messages where id = %s
"""


async def listen(dsn: str, hub: Hub) -> None:
    """Send every committed message to its room, until cancelled.

    Rows that are committed while the database cannot be reached are not sent later,
    as on the platform: clients read again when they join again.
    """
    while True:
        try:
            await _listen_connected(dsn, hub)
        except psycopg.Error as error:
            print(f"realtime: the database is away: {error}", file=sys.stderr)
            await asyncio.sleep(RETRY)


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


async def _listen_connected(dsn: str, hub: Hub) -> None:
    connect = psycopg.AsyncConnection.connect
    async with await connect(dsn, autocommit=True) as notes:
        await notes.execute("listen realtime_messages")
        async with await connect(dsn, autocommit=True) as reader:
            async for note in notes.notifies():
                cursor = await reader.execute(READ, [note.payload])
                if row := await cursor.fetchone():
                    await _send(hub, note.payload, row)


async def _send(hub: Hub, message_id: str, row: tuple[Any, ...]) -> None:
    topic, private, event, payload, data = row
    content = payload if data is None else bytes(data)
    if content is None or not event:
        return
    message = Broadcast(event, content, {"id": message_id})
    await hub.send(Room(topic, bool(private)), message)
