"""What a client asks for when it joins a channel."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid1


@dataclass(frozen=True)
class Wishes:
    """The configuration that a client joins with."""

    private: bool
    to_self: bool
    acknowledge: bool
    presence: bool
    presence_key: str
    changes: bool

    @classmethod
    def read(cls, config: dict[str, Any]) -> Self:
        """Read the configuration; clients send truths also as words."""
        broadcast = config.get("broadcast") or {}
        presence = config.get("presence") or {}
        return cls(
            private=_truth(config.get("private")),
            to_self=_truth(broadcast.get("self")),
            acknowledge=_truth(broadcast.get("ack")),
            presence=_truth(presence.get("enabled")),
            presence_key=presence.get("key") or str(uuid1()),
            changes=any(config.get("postgres_changes") or []),
        )


def _truth(value: object) -> bool:
    return str(value).lower() == "true"
