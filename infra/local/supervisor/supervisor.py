"""Starts parts in order, watches them all, stops them in reverse."""

import asyncio
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any

from infra.local.part import Part

from .child import Child
from .record import ProcessRecord


class Supervisor:
    """The processes of one stack.

    Args:
        logs: folder for one `<part>.log` each, written anew at every start.
        record: where the processes are noted in case we are killed.
    """

    def __init__(self, logs: Path, record: ProcessRecord) -> None:
        self._logs = logs
        self._record = record
        self._children: list[Child] = []

    async def start(self, *parts: Part) -> None:
        """Start parts side by side and return once all of them serve.

        Raises:
            PartFailed: one did not; the others keep running until `stop`.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        children = [Child(part, self._logs / f"{part.name}.log") for part in parts]
        for child in children:
            self._children.append(child)
            await child.spawn()
            self._record.add(child.pid, child.part.stop)
        await _all(child.ready() for child in children)

    async def watch(self) -> None:
        """Return never, unless a part ends.

        Raises:
            PartFailed: which one, how, and where its log is.
        """
        await _all(child.ended() for child in self._children)

    async def stop(self) -> None:
        """Stop every part in reverse order, each after the one before has ended."""
        while self._children:
            await self._children.pop().stop()
        self._record.clear()


async def _all(waits: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all, or for the first failure, which ends the other waits."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
