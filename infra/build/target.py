"""The build target: a version of Python and a processor."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROCESSORS = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBC_OF_LAMBDA = "2_34"  # Amazon Linux 2023, which every runtime from 3.12 on runs on


class UnknownTarget(Exception):
    """There is no such processor on Lambda; the message is one sentence."""


@dataclass(frozen=True)
class Target:
    """Where an artifact is to run.

    Attributes:
        python: version, such as 3.13.
        processor: as uv and wheels name it.
    """

    python: str = "3.13"
    processor: str = "aarch64"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the target from `PY` and `ARCH`, which SAM passes on from `make build`.

        Raises:
            UnknownTarget: Lambda has no such processor.
        """
        arch = environment.get("ARCH", "arm64")
        if arch not in PROCESSORS:
            raise UnknownTarget(f"ARCH={arch} is none of {', '.join(PROCESSORS)}.")
        return cls(environment.get("PY", "3.13"), PROCESSORS[arch])

    @property
    def platform(self) -> str:
        """Name of the platform in uv."""
        return f"{self.processor}-manylinux_{GLIBC_OF_LAMBDA}"

    def interpreter(self) -> str | None:
        """Return a Python of this version on this machine, or None.

        Version managers put stand-ins on PATH that may refuse to run, so each is tried.
        """
        return next((each for each in self._candidates() if self._runs(each)), None)

    def _candidates(self) -> Iterator[str]:
        yield sys.executable
        name = f"python{self.python}"
        if found := shutil.which(name):
            yield found
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
        yield from map(str, sorted(pyenv.glob(f"versions/{self.python}*/bin/{name}")))

    def _runs(self, program: str) -> bool:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        command = [program, "-I", "-S", "-c", code]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        return answer.stdout.strip() == self.python
