"""The numbers that everything is multiplied from, as `inputs.toml` has them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

FILE: Final = Path(__file__).with_name("inputs.toml")
Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Compute:
    """A size of Supabase's database.

    Attributes:
        name: as the page calls it.
        month: dollars.
        cores: that it has for us, shared ones counted in part.
        connections: that it takes.
        gigabytes: that it is recommended for.
    """

    name: str
    month: float
    cores: float
    connections: int
    gigabytes: float


@dataclass(frozen=True)
class Inputs:
    """Every number, by section; see the file for what each one is."""

    measured: Numbers
    assumed: Numbers
    aws: Numbers
    supabase: Numbers
    idle: Numbers
    limits: Numbers
    compute: tuple[Compute, ...]

    @classmethod
    def read(cls, file: Path = FILE) -> Self:
        """Read the file.

        Raises:
            KeyError: a section is missing.
        """
        told = tomllib.loads(file.read_text())
        return cls(
            measured=told["measured"],
            assumed=told["assumed"],
            aws=told["prices"]["aws"],
            supabase=told["prices"]["supabase"],
            idle=told["idle"],
            limits=told["limits"],
            compute=tuple(Compute(**each) for each in told["compute"]),
        )
