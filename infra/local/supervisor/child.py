"""One running part: its process, its log, its end."""

import asyncio
import os
import pwd
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.local.part import Part
from infra.local.process import die_with_parent

from .readiness import answers

START_LIMIT = 60.0
_STOP_LIMIT = 20.0
_INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")


class PartFailed(Exception):
    """A part did not start or did not last; the message is one sentence."""


class Child:
    """A part as a process in a group of its own, ended with whoever started it."""

    def __init__(self, part: Part, log: Path) -> None:
        self.part = part
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The number of its process, once spawned."""
        return self._process.pid if self._process else 0

    async def spawn(self) -> None:
        """Start the process.

        Raises:
            PartFailed: the program cannot be run.
        """
        part = self.part
        with self._log.open("wb") as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *part.command,
                    env=_inherited() | dict(part.environment),
                    cwd="/",
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    process_group=0,
                    preexec_fn=die_with_parent(part.stop),
                    **_identity(part.user),
                )
            except OSError as error:
                message = f"{part.name} cannot be started: {error}."
                raise PartFailed(message) from error

    async def ready(self) -> None:
        """Return once it serves.

        Raises:
            PartFailed: it ended, or does not answer in time.
        """
        ended = asyncio.create_task(self.ended())
        serves = asyncio.create_task(answers(self.part.ready))
        try:
            done, _ = await asyncio.wait(
                {ended, serves},
                timeout=START_LIMIT,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            ended.cancel()
            serves.cancel()
        if ended in done:
            ended.result()
        if not done:
            raise PartFailed(
                f"{self.part.name} did not answer within {START_LIMIT:.0f} seconds;"
                f" its log is {self._log}."
            )

    async def ended(self) -> None:
        """Wait for the process to end by itself.

        Raises:
            PartFailed: always, since a part is to run until it is stopped.
        """
        if self._process is not None:
            code = await self._process.wait()
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
            raise PartFailed(
                f"{self.part.name} ended with exit {how}; its log is {self._log}."
            )

    async def stop(self) -> None:
        """Ask the process to end, wait, and sweep what is left of its group."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(self.part.stop)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_LIMIT)
        except TimeoutError:
            self._sweep()
            await self._process.wait()
        self._sweep()

    def _sweep(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def _identity(user: str | None) -> dict[str, Any]:
    """Whom to become; only root can, and only for a part that asks for it."""
    if user is None or os.geteuid() != 0:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
