"""The ports of the stack that people use, and the check that they are free."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from infra.local.ports import HOST, free_ports


class PortTaken(Exception):
    """A port cannot be used; the message says what to type instead."""


@dataclass(frozen=True)
class PublicPorts:
    """The ports of the API, Supabase, its database and the AWS stand-in."""

    api: int = 3000
    supabase: int = 54321
    database: int = 54322
    aws: int = 5555

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `AUTOCRM_API_PORT` and its kin; the defaults are the usual ports.

        Raises:
            PortTaken: a value is no port number.
        """
        given = {}
        for name, variable in _VARIABLES.items():
            if variable in environment:
                given[name] = _number(variable, environment[variable])
        return cls(**given)

    @classmethod
    def free(cls) -> Self:
        """Return ports that no program uses at this moment."""
        return cls(*free_ports(len(_VARIABLES)))

    def check(self) -> None:
        """Check that all ports are free.

        Raises:
            PortTaken: one is not.
        """
        for name, variable in _VARIABLES.items():
            port = getattr(self, name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError:
                    raise PortTaken(
                        f"Port {port} is in use by another program; take another one:"
                        f" {variable}={port + 1} make dev"
                    ) from None


_VARIABLES = {
    "api": "AUTOCRM_API_PORT",
    "supabase": "AUTOCRM_SUPABASE_PORT",
    "database": "AUTOCRM_DATABASE_PORT",
    "aws": "AUTOCRM_AWS_PORT",
}


def _number(variable: str, value: str) -> int:
    if value.isdecimal() and 0 < int(value) < 1 << 16:
        return int(value)
    raise PortTaken(f"{variable}={value} is no port; take a number below 65536.")
