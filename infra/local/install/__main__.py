"""Install what a fresh checkout needs: `python3 -m infra.local.install [--tests]`."""

import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .machine import Refused, check_machine
from .programs import (
    LOCKS,
    ROOT,
    STORE,
    VENV,
    make_environment,
    npm_install,
    pip_install,
    sam_install,
)
from .steps import Step, install


def main(arguments: Sequence[str]) -> int:
    """Do every step not done yet; a refusal is one sentence and exit code 1."""
    try:
        check_machine()
        steps = [
            step for step in all_steps("--tests" in arguments) if not step.is_done()
        ]
        if steps:
            with only_one():
                install(steps)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def all_steps(with_tests: bool) -> list[Step]:
    """The steps in order."""
    steps = [python_packages(), npm_packages("infra/local/node", "node")]
    if with_tests:
        steps += [npm_packages("tests/node", "test-node"), sam()]
    return steps


def python_packages() -> Step:
    """The virtual environment and everything of the lock in it."""
    lock, stamp = LOCKS / "dev.txt", VENV / "installed"

    def work() -> None:
        # Programs in a virtual environment name its place, so it cannot be moved.
        was_moved = stamp.exists() and not stamp.read_text().endswith(f" {ROOT}")
        make_environment(afresh=was_moved)
        pip_install(lock)

    return Step("Python packages", stamp, lock, work)


def npm_packages(folder: str, name: str) -> Step:
    """The npm packages that one folder's lock names."""
    source, target = ROOT / folder, STORE / name
    lock = source / "package-lock.json"
    title = f"npm packages of {folder}"
    return Step(title, target / "installed", lock, lambda: npm_install(source, target))


def sam() -> Step:
    """What builds and checks the template."""
    lock, target = LOCKS / "sam.txt", STORE / "sam"
    return Step(
        "AWS SAM", target / "installed", lock, lambda: sam_install(lock, target)
    )


@contextmanager
def only_one() -> Iterator[None]:
    """Wait while another process installs into this checkout."""
    STORE.mkdir(exist_ok=True)
    with (STORE / "install.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
