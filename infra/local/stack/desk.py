"""Addresses and keys of a local desk: what a program needs to talk to it."""

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
    """There is no desk in this home yet; the message is one sentence."""


@dataclass(frozen=True)
class Desk:
    """What `make env` prints.

    Attributes:
        api_url: the desk's own HTTP API.
        supabase_url: Auth, REST and Realtime.
        supabase_publishable_key: for browsers and HTTP functions.
        supabase_secret_key: for workers; it passes every policy.
        database_url: as the role `postgres`, which owns the desk's tables.
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
        """Read what `save` wrote.

        Raises:
            NeverStarted: it wrote nothing yet.
        """
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            raise NeverStarted("This desk was never started: run `make dev`.") from None

    @classmethod
    def password(cls, file: Path) -> str:
        """The demonstration password kept in a file, or a new one."""
        with suppress(NeverStarted):
            return cls.load(file).demo_password
        return secrets.token_urlsafe(9)

    def save(self, file: Path) -> None:
        """Keep it for `make env`, readable by its owner alone."""
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
            json.dump(asdict(self), out, indent=2)
        draft.replace(file)

    def shell_lines(self) -> Iterator[str]:
        """`export NAME=value` lines that any POSIX shell can read."""
        for name, value in asdict(self).items():
            yield f"export {name.upper()}={shlex.quote(value)}"
