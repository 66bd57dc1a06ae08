"""What the supervisor needs to know about one child process of the stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """One child process of the stack.

    Attributes:
        name: what a person calls it, for instance `postgres`.
        command: program and arguments.
        environment: added to a minimal inherited environment.
        ready: `http://...` or `tcp://host:port`; answers once the part serves.
        user: the unprivileged user to run as when the stack is started by root,
            because PostgreSQL refuses root; None keeps the user as it is.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    ready: str
    user: str | None = None
