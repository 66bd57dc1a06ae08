"""Install what a fresh checkout needs: `python3 -m infra.local.install [--tests]`."""

import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .machine import Refused, check_machine
from .npm import npm_install
from .programs import LOCKS, ROOT, STORE, VENV
from .python import forget, install_packages
from .steps import Step, install

_SAM = STORE / "sam"
_UNFINISHED = STORE / "unfinished"
_INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended


def main(arguments: Sequence[str]) -> int:
    """Do every step not done yet; a refusal is one sentence and exit code 1."""
    steps = all_steps("--tests" in arguments)
    try:
        check_machine()
        if not all(step.is_done() for step in steps):
            with only_one(), whole_or_again(steps):
                install(steps)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def all_steps(with_tests: bool) -> list[Step]:
    """What the desk needs; what only its tests and tools need, on demand."""
    steps = [
        python_packages("Python packages", "local.txt"),
        npm_packages("infra/local/node", "node"),
    ]
    if with_tests:
        steps += [
            python_packages("Python packages of the tests", "dev.txt"),
            npm_packages("tests/node", "test-node"),
            sam(),
        ]
    return steps


def python_packages(title: str, name: str) -> Step:
    """What one lock names, in the checkout's virtual environment."""
    lock = LOCKS / name
    stamp = VENV / f"installed-{lock.stem}"
    return Step(title, stamp, lock, lambda: install_packages(lock))


def npm_packages(folder: str, name: str) -> Step:
    """The npm packages that one folder's lock names."""
    source, target = ROOT / folder, STORE / name
    lock = source / "package-lock.json"
    title = f"npm packages of {folder}"
    return Step(title, target / "installed", lock, lambda: npm_install(source, target))


def sam() -> Step:
    """What builds and checks the template, by itself because it pins much."""
    lock = LOCKS / "sam.txt"
    return Step(
        "AWS SAM", _SAM / "installed", lock, lambda: install_packages(lock, _SAM)
    )


@contextmanager
def only_one() -> Iterator[None]:
    """Wait while another process installs into this checkout."""
    STORE.mkdir(exist_ok=True)
    with (STORE / "install.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def whole_or_again(steps: Sequence[Step]) -> Iterator[None]:
    """Throw the environments away when they were moved or an installation was killed.

    Programs in an environment name its place; and of a half copied package uv and pip
    believe that it is installed. The downloads are kept elsewhere.
    """
    if _UNFINISHED.exists() or any(step.was_moved() for step in steps):
        forget(VENV)
        forget(_SAM)
    _UNFINISHED.touch()
    yield
    _UNFINISHED.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
