"""Keep the environments of one function: started on demand, up to its concurrency."""

import asyncio

from infra.local.cloud.template import Function

from .environment import Environment
from .launch import Launch


class Pool:
    """Invokes one function, each environment serving one event at a time.

    Events beyond the function's concurrency wait their turn. (Lambda would refuse
    them; a developer's machine has too few processors for that to teach anything.)
    """

    def __init__(self, function: Function, launch: Launch) -> None:
        self._function, self._launch = function, launch
        self._turns = asyncio.Semaphore(function.concurrency)
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    async def invoke(self, event: bytes) -> bytes:
        """Return the function's result for an event, both JSON.

        Raises:
            FunctionError: it could not be started, or failed.
        """
        async with self._turns:
            environment = self._take() or await self._start()
            try:
                return await environment.invoke(event)
            finally:
                if environment.alive:
                    self._idle.append(environment)
                else:
                    self._drop(environment)

    def retire(self) -> None:
        """End idle environments, so that the next event sees changed code.

        Those at work finish first: they are let go when they come back.
        """
        for environment in self._all:
            environment.alive = False
        self._take()

    async def stop(self) -> None:
        """End every environment, whatever it is doing."""
        for environment in tuple(self._all):
            self._drop(environment)
        await asyncio.gather(*self._leaving, return_exceptions=True)

    def _take(self) -> Environment | None:
        """Return the idle environment used last, whose caches are warmest."""
        while self._idle:
            environment = self._idle.pop()
            if environment.alive:
                return environment
            self._drop(environment)
        return None

    async def _start(self) -> Environment:
        environment = Environment(self._function, self._launch)
        self._all.add(environment)
        try:
            await environment.start()
        except BaseException:
            self._drop(environment)
            raise
        return environment

    def _drop(self, environment: Environment) -> None:
        """Stop an environment; its process may take a moment to end."""
        self._all.discard(environment)
        task = asyncio.create_task(environment.stop())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
