"""The description of one long-running process of the stack."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class ServiceFailed(Exception):
    """A service did not start or did not last; the message is one sentence."""


@dataclass(frozen=True)
class Service:
    """One long-running process of the stack.

    Attributes:
        name: of the process in messages and of its log, for instance `postgres`.
        command: program and arguments.
        environment: added to a minimal inherited environment.
        ready: `http://...` (answers 2xx) or `tcp://host:port` (accepts) once it serves.
        user: the unprivileged user to run as when the stack is started by root,
            because PostgreSQL refuses root; None keeps the user as it is.
        stop: the signal that ends it in order; PostgreSQL takes SIGTERM as "wait until
            every client has left".
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    ready: str
    user: str | None = None
    stop: signal.Signals = signal.SIGTERM
