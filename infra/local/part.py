"""What the supervisor needs to know about one child process of the stack."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """One child process of the stack.

    Attributes:
        name: what a person calls it, for instance `postgres`.
        command: program and arguments.
        environment: added to a minimal inherited environment.
        ready: `http://...` (answers 2xx) or `tcp://host:port` (accepts) once it serves.
        user: the unprivileged user to run as when the stack is started by root,
            because PostgreSQL refuses root; None keeps the user as it is.
        stop: the signal that asks for an orderly end; PostgreSQL takes SIGTERM as
            "wait until every client has left".
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    ready: str
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM
