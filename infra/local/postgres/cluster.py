"""The PostgreSQL cluster of the local stack: made once, run as a `Service`."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from infra.local.keys import Keys
from infra.local.processes import Service, run_as, running

from .bootstrap import bootstrap
from .server import (
    NODE_MODULES,
    Server,
    give_to_server_user,
    reachable,
    remove_stale_pid_file,
    server_user,
)

SUPERUSER = "supabase_admin"
INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
    "--no-sync",
)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No Unix socket: its path may be at most 107 bytes long.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "jit": "off",
}


class Cluster:
    """A database server below `home`, reached on 127.0.0.1 only."""

    def __init__(
        self, home: Path, port: int, keys: Keys, node_modules: Path = NODE_MODULES
    ) -> None:
        self.port = port
        self._keys = keys
        self._data = reachable(home.resolve() / "data")
        self._node_modules = node_modules

    def prepare(self) -> None:
        """Create the cluster if it is new, and remove what a crash has left.

        Raises:
            MissingPostgres: the server is not installed.
            RuntimeError: the cluster could not be created.
            ServiceFailed: the server does not start.
        """
        server = Server.find(self._node_modules)
        if self._data.exists():
            remove_stale_pid_file(self._data)
            return
        draft = self._data.with_name(f"{self._data.name}.{os.getpid()}")
        draft.mkdir(parents=True, mode=0o700)
        give_to_server_user(draft)
        try:
            self._initdb(server, draft)
            with running([self._service(server, draft)]):
                bootstrap(self.dsn(SUPERUSER), self._keys)
            draft.rename(self._data)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def service(self) -> Service:
        """Return the server as a service; `prepare` must have run once."""
        return self._service(Server.find(self._node_modules), self._data)

    def _service(self, server: Server, data: Path) -> Service:
        settings = {**SETTINGS, "port": str(self.port)}
        options = [item for pair in settings.items() for item in ("-c", "=".join(pair))]
        return Service(
            name="postgres",
            command=[server.program("postgres"), "-D", str(data), *options],
            environment={"LC_ALL": "C"},
            ready=f"tcp://127.0.0.1:{self.port}",
            user=server_user(),
            stop=signal.SIGINT,
        )

    def dsn(self, role: str) -> str:
        """Return the connection URL of one role, with its password."""
        secret = self._keys.password(role)
        return f"postgresql://{role}:{secret}@127.0.0.1:{self.port}/postgres"

    def remove(self) -> None:
        """Delete the data of a stopped cluster."""
        shutil.rmtree(self._data, ignore_errors=True)
        with suppress(OSError):  # stays if it is a folder with other things
            self._data.parent.rmdir()

    def _initdb(self, server: Server, data: Path) -> None:
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self._keys.password(SUPERUSER))
            password.flush()
            give_to_server_user(Path(password.name))
            paths = ["-D", str(data), f"--pwfile={password.name}"]
            done = subprocess.run(
                [server.program("initdb"), *paths, *INITDB_OPTIONS],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env={**os.environ, "LC_ALL": "C"},
                **run_as(server_user()),
            )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr[-500:]}")
