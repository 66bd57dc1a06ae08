"""Run one execution environment: a function's process, one invocation at a time."""

import asyncio
import contextlib
import json
import time
import uuid
from typing import Final

from infra.local.cloud.template import Function
from infra.local.processes import die_with_parent

from .launch import COMMAND, Launch
from .runtime_api import Invocation, RuntimeApi

RESPONSE_LIMIT: Final = 6 * 1024 * 1024
_LIFELINE: Final = die_with_parent()


class FunctionError(Exception):
    """The function failed; `payload` is the error as Lambda words it."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(payload)
        self.payload = payload

    def __str__(self) -> str:
        try:
            error = json.loads(self.payload)
            return f"{error['errorType']}: {error['errorMessage']}"
        except (ValueError, LookupError, TypeError):
            return self.payload.decode(errors="replace")

    @classmethod
    def of(cls, kind: str, message: str) -> "FunctionError":
        """Return an error that Lambda, not the function, reports."""
        return cls(json.dumps({"errorType": kind, "errorMessage": message}).encode())


class Environment:
    """Serves one invocation at a time until it dies.

    Attributes:
        alive: whether it can take another invocation.
    """

    def __init__(self, function: Function, launch: Launch) -> None:
        self._function = function
        self._launch = launch
        self._api = RuntimeApi(self)
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._result: asyncio.Future[bytes] | None = None
        self._invocation_id: str | None = None
        self.alive = True

    async def start(self) -> None:
        """Start the process and wait until it has imported the function.

        Raises:
            FunctionError: the import failed, or took longer than it may.
        """
        await self._api.open()
        ready = self._expect(None)
        try:
            self._process = await self._spawn()
        except OSError as error:
            raise FunctionError.of("Runtime.InvalidEntrypoint", str(error)) from error
        self._watch = asyncio.create_task(self._on_exit())
        await self._within(self._launch.init_timeout, ready)

    async def invoke(self, event: bytes) -> bytes:
        """Send the event to the process and return its result, both JSON.

        Raises:
            FunctionError: it raised, exited, took too long or returned too much.
        """
        invocation_id = str(uuid.uuid4())
        result = self._expect(invocation_id)
        timeout = self._function.timeout
        deadline = time.time() + timeout
        self._api.send(Invocation(invocation_id, event, self._function.arn, deadline))
        body = await self._within(timeout, result)
        if len(body) > RESPONSE_LIMIT:
            message = f"Response payload size exceeded {RESPONSE_LIMIT} bytes."
            raise FunctionError.of("Function.ResponseSizeTooLarge", message)
        return body

    async def stop(self) -> None:
        """End the process, if it still runs, and free its port."""
        self._kill()
        if self._watch is not None:
            await self._watch
        await self._api.close()

    def on_ready(self) -> None:
        """Settle the start: the first request means that the import is done."""
        if self._invocation_id is None:
            self._settle(b"")

    def on_response(self, invocation_id: str, body: bytes) -> None:
        """Settle the invocation, unless the response comes too late."""
        if invocation_id == self._invocation_id:
            self._settle(body)

    def on_error(self, invocation_id: str | None, body: bytes) -> None:
        """Fail the invocation; a process whose import failed is not used again."""
        if invocation_id is None:
            self.alive = False
        if invocation_id == self._invocation_id:
            self._fail(FunctionError(body))

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._launch.log_of(self._function).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *COMMAND,
                self._function.handler,
                env=self._launch.variables(self._function, self._api.address),
                cwd=self._function.code,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_LIFELINE,
            )

    def _expect(self, invocation_id: str | None) -> asyncio.Future[bytes]:
        self._invocation_id = invocation_id
        self._result = asyncio.get_running_loop().create_future()
        return self._result

    def _settle(self, body: bytes) -> None:
        if self._result is not None and not self._result.done():
            self._result.set_result(body)

    def _fail(self, error: FunctionError) -> None:
        if self._result is not None and not self._result.done():
            self._result.set_exception(error)

    async def _within(self, seconds: float, result: asyncio.Future[bytes]) -> bytes:
        """Wait for the result; past the limit the process is killed, as on Lambda."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds, self._time_out, seconds)
        try:
            return await result
        except asyncio.CancelledError:
            self._kill()  # the process would go on
            raise
        finally:
            timer.cancel()

    def _time_out(self, seconds: float) -> None:
        message = f"{self._function.name}: Task timed out after {seconds:.2f} seconds"
        self._fail(FunctionError.of("Sandbox.Timedout", message))
        self._kill()

    def _kill(self) -> None:
        self.alive = False
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _on_exit(self) -> None:
        if self._process is None:
            return
        code = await self._process.wait()
        self.alive = False
        message = f"{self._function.name}: Runtime exited with exit status {code}"
        self._fail(FunctionError.of("Runtime.ExitError", message))
