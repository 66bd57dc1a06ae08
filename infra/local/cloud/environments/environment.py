"""Run one execution environment: a function's process, one invocation at a time."""

import asyncio
import json
import time
import uuid
from contextlib import suppress
from typing import Final

from aiohttp import web

from infra.local.cloud.template import Function
from infra.local.locality import refuse_foreign
from infra.local.processes import die_with_parent

from .launch import COMMAND, Launch

RESPONSE_LIMIT: Final = 6 * 1024 * 1024
_RUNTIME_API: Final = "/2018-06-01/runtime/"
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

    It serves the Runtime API to its process on a port of its own, because the calls of
    a failed start carry nothing that would tell environments apart.

    Attributes:
        alive: whether it can take another invocation.
    """

    def __init__(self, function: Function, launch: Launch) -> None:
        self.alive = True
        self._function, self._launch = function, launch
        self._inbox: asyncio.Queue[web.Response] = asyncio.Queue()
        # The open request of a process that died must not keep its port open.
        server = web.Server(self._serve, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0)
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._result: asyncio.Future[bytes] | None = None
        self._invocation_id: str | None = None

    async def start(self) -> None:
        """Start the process and wait until it has imported the function.

        Raises:
            FunctionError: the import failed, or took longer than it may.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        ready = self._expect(None)
        try:
            self._process = await self._spawn()
        except OSError as error:
            raise FunctionError.of("Runtime.InvalidEntrypoint", str(error)) from error
        self._watch = asyncio.create_task(self._on_exit(self._process))
        await self._within(self._launch.init_timeout, ready)

    async def invoke(self, event: bytes) -> bytes:
        """Send the event to the process and return its result, both JSON.

        Raises:
            FunctionError: it raised, exited, took too long or returned too much.
        """
        invocation_id = str(uuid.uuid4())
        result = self._expect(invocation_id)
        self._inbox.put_nowait(self._next(invocation_id, event))
        body = await self._within(self._function.timeout, result)
        if len(body) > RESPONSE_LIMIT:
            message = f"Response payload size exceeded {RESPONSE_LIMIT} bytes."
            raise FunctionError.of("Function.ResponseSizeTooLarge", message)
        return body

    async def stop(self) -> None:
        """End the process, if it still runs, and free its port."""
        self._kill()
        if self._watch is not None:
            await self._watch
        await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve a call of the process; a result that comes too late is dropped."""
        if refusal := refuse_foreign(request):
            return refusal
        call = request.path.removeprefix(_RUNTIME_API)
        if call == "invocation/next":
            if self._invocation_id is None:  # the import is done
                self._settle(b"")
            return await self._inbox.get()
        self._report(call.split("/"), await request.content.read())
        return web.Response(status=202, text='{"status":"OK"}')

    def _report(self, call: list[str], body: bytes) -> None:
        match call:
            case ["invocation", self._invocation_id, "response"]:
                self._settle(body)
            case ["invocation", self._invocation_id, "error"]:
                self._fail(FunctionError(body))
            case ["init", "error"]:
                self.alive = False
                self._fail(FunctionError(body))

    def _next(self, invocation_id: str, event: bytes) -> web.Response:
        """Return the response to `GET invocation/next`.

        The native client aborts when the content type is missing.
        """
        now = time.time()
        trace = f"1-{int(now):08x}-{invocation_id.replace('-', '')[:24]}"
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation_id,
            "Lambda-Runtime-Deadline-Ms": str(
                int((now + self._function.timeout) * 1000)
            ),
            "Lambda-Runtime-Invoked-Function-Arn": self._function.arn,
            "Lambda-Runtime-Trace-Id": (
                f"Root={trace};Parent=0000000000000001;Sampled=1"
            ),
        }
        return web.Response(body=event, headers=headers)

    async def _spawn(self) -> asyncio.subprocess.Process:
        host, port = self._runner.addresses[0][:2]
        with self._launch.log_of(self._function).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *COMMAND,
                self._function.handler,
                env=self._launch.variables(self._function, f"{host}:{port}"),
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
        try:
            async with asyncio.timeout(seconds):
                return await result
        except asyncio.CancelledError:
            self._kill()  # the process would go on
            raise
        except TimeoutError:
            self._kill()
            name = self._function.name
            message = f"{name}: Task timed out after {seconds:.2f} seconds"
            raise FunctionError.of("Sandbox.Timedout", message) from None

    def _kill(self) -> None:
        self.alive = False
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _on_exit(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        self.alive = False
        message = f"{self._function.name}: Runtime exited with exit status {code}"
        self._fail(FunctionError.of("Runtime.ExitError", message))
