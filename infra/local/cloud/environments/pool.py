"""Keep the environments of one function: started on demand, up to its concurrency."""

import asyncio
from collections import deque

from infra.local.cloud.template import Function

from .environment import Environment, FunctionError
from .launch import Launch


class Pool:
    """Invokes one function, each environment serving one event at a time.

    Events beyond the function's concurrency wait their turn. (Lambda would refuse
    them; a developer's machine has too few processors for that to teach anything.)
    """

    def __init__(self, function: Function, launch: Launch) -> None:
        self._function = function
        self._launch = launch
        self._idle: list[Environment] = []
        self._all: set[Environment] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._waiting: deque[asyncio.Future[Environment]] = deque()

    async def invoke(self, event: bytes) -> bytes:
        """Return the function's result for an event, both JSON.

        Raises:
            FunctionError: it could not be started, or failed.
        """
        environment = self._take() or await self._wait()
        try:
            return await environment.invoke(event)
        finally:
            self._give_back(environment)

    def retire(self) -> None:
        """End idle environments, so that the next event sees changed code.

        Those at work finish first: they are let go when they come back.
        """
        for environment in self._all:
            environment.alive = False
        self._take()

    async def stop(self) -> None:
        """End every environment, whatever it is doing."""
        for task in self._starting:
            task.cancel()
        self._idle.clear()
        for environment in tuple(self._all):
            self._drop(environment)
        await asyncio.gather(*self._starting, *self._leaving, return_exceptions=True)

    def _take(self) -> Environment | None:
        """Return the idle environment used last, whose caches are warmest."""
        while self._idle:
            environment = self._idle.pop()
            if environment.alive:
                return environment
            self._drop(environment)
        return None

    async def _wait(self) -> Environment:
        """Return the next environment to become free, be it a new or an old one."""
        turn: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._start_if_needed()
        return await turn

    def _start_if_needed(self) -> None:
        needed = len(self._waiting) - len(self._starting)
        if needed > 0 and len(self._all) < self._function.concurrency:
            environment = Environment(self._function, self._launch)
            self._all.add(environment)
            task = asyncio.create_task(self._start(environment))
            self._starting.add(task)
            task.add_done_callback(self._started)

    async def _start(self, environment: Environment) -> None:
        try:
            await environment.start()
        except FunctionError as error:
            self._drop(environment)
            if turn := self._next_turn():
                turn.set_exception(error)
        else:
            self._offer(environment)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        if not task.cancelled():
            self._start_if_needed()

    def _give_back(self, environment: Environment) -> None:
        if environment.alive:
            self._offer(environment)
        else:
            self._drop(environment)

    def _drop(self, environment: Environment) -> None:
        """Stop an environment; its process may take a moment to end."""
        self._all.discard(environment)
        task = asyncio.create_task(environment.stop())
        self._leaving.add(task)
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._leaving.discard(task)
        if not task.cancelled():
            self._start_if_needed()

    def _offer(self, environment: Environment) -> None:
        if turn := self._next_turn():
            turn.set_result(environment)
        else:
            self._idle.append(environment)

    def _next_turn(self) -> "asyncio.Future[Environment] | None":
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                return turn
        return None
