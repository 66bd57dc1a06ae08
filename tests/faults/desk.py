"""A desk whose parts can be killed one by one, unlike that of `make dev`.

The supervisor closes a desk when a part ends; here the parts have no supervisor.
"""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import boto3
import httpx
import psycopg

from infra.local.keys import Keys
from infra.local.postgres import connected, migrate
from infra.local.processes import stop
from infra.local.stack import Deployment, Home, Layout, PublicPorts
from infra.local.stack.home import MIGRATIONS
from infra.local.stack.vault import keep_secrets
from tests.access import Access
from tests.database.personas import enrol
from tests.open_desk import eventually, restart

# Signing in and live channels have no part in the fan-out.
NEEDED = ("postgres", "postgrest", "webhooks", "edge", "aws", "functions")


class FragileDesk(Access):
    """The parts of one desk, and how to be somebody there.

    Args:
        home: a folder of its own.
        patience: seconds after which nothing is waited for any more.
    """

    def __init__(self, home: Home, patience: float) -> None:
        self._layout = Layout(home, PublicPorts.free())
        self._home, self._patience = home, patience
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, IO[bytes]] = {}
        parts = [*self._layout.platform(), *self._layout.cloud()]
        self._parts = {part.name: part for part in parts if part.name in NEEDED}
        keys = Keys.load_or_create(home.path / "keys.json")
        super().__init__(keys, self.deployment.supabase_url)

    @property
    def deployment(self) -> Deployment:
        """Addresses and keys."""
        return self._layout.deployment

    def open(self) -> None:
        """Start everything, with the people of the database tests."""
        self._home.logs.mkdir(parents=True, exist_ok=True)
        self.start("postgres")
        migrate(self.deployment.database_url, MIGRATIONS)
        keep_secrets(self.deployment.database_url, self._layout.vault)
        with connected(self.deployment.database_url) as connection:
            enrol(connection)
        for name in NEEDED[1:]:
            self.start(name)

    def close(self) -> None:
        """Stop what runs, the database last, and delete everything."""
        for name in reversed(self._processes):
            stop(self._parts[name], self._processes[name])
        for log in self._logs.values():
            log.close()
        self._layout.remove()

    # Faults ---------------------------------------------------------

    def start(self, name: str) -> None:
        """Start a part, also while what a killed one held is not free yet."""
        part, log = self._parts[name], self._log(name)
        self._processes[name] = restart(part, log, self._patience)

    def kill(self, name: str) -> None:
        """Kill a part."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def pid(self, name: str) -> int:
        """The process of a part."""
        return self._processes[name].pid

    def environments(self, function: str) -> list[int]:
        """The processes that run a function, each a child of our gateway."""
        found = []
        tasks = Path(f"/proc/{self._processes['functions'].pid}/task")
        variable = f"AWS_LAMBDA_FUNCTION_NAME={function}\0".encode()
        for children in tasks.glob("*/children"):
            for pid in children.read_text().split():
                with suppress(OSError):
                    if variable in Path(f"/proc/{pid}/environ").read_bytes():
                        found.append(int(pid))
        return found

    def kill_environments(self, function: str) -> int:
        """Kill what runs a function; return how many there were."""
        pids = self.environments(function)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def kill_backend(self) -> None:
        """Kill one process of the database, so that it ends all and recovers."""
        [(pid,)] = self.rows(
            "select pid from pg_stat_activity"
            " where usename = 'authenticator' order by state_change desc limit 1"
        )
        os.kill(pid, signal.SIGKILL)

    # Access -----------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement as the owner of the tables, again if it is cut off."""
        found: list[tuple[Any, ...]] = []

        def completed() -> bool:
            try:
                with connected(self.deployment.database_url) as connection:
                    cursor = connection.execute(query, values or None)
                    found.extend(cursor.fetchall() if cursor.description else [])
            except psycopg.OperationalError:
                return False
            return True

        self.eventually(completed)
        return found

    def tick(self, schedule: str) -> None:
        """Start a worker, or a schedule, and wait for its end."""
        url = f"{self.deployment.api_url}/.local/tick/{schedule}"
        httpx.post(url, timeout=120).raise_for_status()

    def queue(self, name: str) -> Any:
        """A queue of the AWS stand-in, as boto3 has it."""
        sqs = boto3.resource(
            "sqs",
            endpoint_url=self.deployment.aws_endpoint_url,
            region_name="eu-west-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        return sqs.get_queue_by_name(QueueName=name)

    def functions(self) -> list[str]:
        """The functions that have run, by name."""
        return [log.stem for log in self._home.function_logs.glob("*.log")]

    def log_of(self, function: str) -> str:
        """What a function has logged since its gateway started."""
        log = self._home.function_logs / f"{function}.log"
        return log.read_text() if log.exists() else ""

    def eventually(self, condition: Callable[[], object], every: float = 0.02) -> None:
        """Wait for a condition; how long it takes proves nothing."""
        eventually(condition, self._patience, every)

    def _log(self, name: str) -> IO[bytes]:
        if name not in self._logs:
            self._logs[name] = (self._home.logs / f"{name}.log").open("w+b")
        return self._logs[name]


@contextmanager
def fragile_desk(patience: float = 90.0) -> Iterator[FragileDesk]:
    """Open such a desk for the time of a block; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="autocrm-fragile-") as folder:
        desk = FragileDesk(Home(Path(folder, "home").resolve()), patience)
        try:
            desk.open()
            yield desk
        finally:
            desk.close()
