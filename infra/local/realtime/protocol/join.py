"""Read the `config` of a join, whatever a client puts into it."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid1


@dataclass(frozen=True)
class JoinConfig:
    """What a join asks for."""

    private: bool
    to_self: bool
    acknowledge: bool
    replication_ready: bool
    presence: bool
    presence_key: str
    postgres_changes: bool

    @classmethod
    def read(cls, config: object) -> Self:
        """Parse it; what has the wrong type counts as left out, as on the platform."""
        whole = _object(config)
        broadcast, presence = _object(whole.get("broadcast")), whole.get("presence")
        presence = _object(presence)
        changes = whole.get("postgres_changes")
        return cls(
            private=_boolean(whole.get("private")),
            to_self=_boolean(broadcast.get("self")),
            acknowledge=_boolean(broadcast.get("ack")),
            replication_ready=_boolean(broadcast.get("replication_ready")),
            presence=_boolean(presence.get("enabled")),
            presence_key=_key(presence.get("key")) or str(uuid1()),
            postgres_changes=isinstance(changes, list) and any(changes),
        )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _boolean(value: object) -> bool:
    """Return a boolean, which clients send also as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _key(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
