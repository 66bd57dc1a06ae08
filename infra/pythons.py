"""Run the fast tests on every Python that AutoCRM supports: `make test-pythons`.

Each version gets an environment of its own, installed from the same lock as `.venv`.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.build.target import Target

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "infra" / "locks" / "dev.txt"
OLDEST_AND_DEPLOYED: Final = ("3.11", "3.13")


def main(options: Sequence[str]) -> int:
    """Test with each installed version; return 1 when one of them fails.

    A version that is not installed is reported and skipped: the workflow has them all.

    Args:
        options: for pytest, instead of those that leave out slow tests.
    """
    failed = []
    for version in OLDEST_AND_DEPLOYED:
        interpreter = Target(version).interpreter()
        if interpreter is None:
            print(
                f"Python {version} is not installed, so it is not tested.", flush=True
            )
            continue
        print(f"Python {version}:", flush=True)
        python = _environment(version, interpreter)
        tests = [python, "-m", "pytest", "-q", *(options or ("-m", "not slow"))]
        if subprocess.run(tests, cwd=ROOT, check=False).returncode:
            failed.append(version)
    if failed:
        print(f"Failed on Python {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def _environment(version: str, interpreter: str) -> str:
    """Make a virtual environment and install the lock; return its interpreter."""
    folder = ROOT / ".autocrm" / f"python-{version}"
    uv = str(Path(sys.executable).with_name("uv"))
    make = [uv, "venv", "-q", "--allow-existing", "-p", interpreter, str(folder)]
    subprocess.run(make, check=True)
    install = [uv, "pip", "sync", "-q", "--require-hashes", "-p", str(folder)]
    subprocess.run([*install, str(LOCK)], check=True)
    return str(folder / "bin" / "python")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
