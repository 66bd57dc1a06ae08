"""Addresses and keys of a local deployment: what `make env` prints."""

import json
import os
import secrets
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self


class NeverStarted(Exception):
    """Nothing was started in this home yet; the message is one sentence."""


@dataclass(frozen=True)
class Deployment:
    """Addresses and keys of a running stack.

    Attributes:
        api_url: the HTTP API of the functions.
        supabase_url: Auth, REST and Realtime.
        supabase_publishable_key: for browsers and HTTP functions.
        supabase_secret_key: for workers; it passes every policy.
        database_url: as the role `postgres`, which owns the product's tables.
        aws_endpoint_url: the AWS stand-in.
        demo_password: of every demonstration person, made once a home.
    """

    api_url: str
    supabase_url: str
    supabase_publishable_key: str
    supabase_secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    aws_endpoint_url: str
    demo_password: str = field(repr=False)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read the file that `save` wrote.

        Raises:
            NeverStarted: there is none yet.
        """
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            raise NeverStarted("This desk was never started: run `make dev`.") from None

    @classmethod
    def password(cls, file: Path) -> str:
        """Return the demonstration password kept in a file, or a new one."""
        with suppress(NeverStarted):
            return cls.load(file).demo_password
        return secrets.token_urlsafe(9)

    def save(self, file: Path) -> None:
        """Write the file that `make env` reads, readable by its owner alone."""
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
            json.dump(asdict(self), out, indent=2)
        draft.replace(file)

    def shell_lines(self) -> Iterator[str]:
        """Yield `export NAME=value` lines that any POSIX shell can read."""
        for name, value in asdict(self).items():
            yield f"export {name.upper()}={shlex.quote(value)}"
