"""A webhook of the database, proved and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from shared.auth import accept_proof, verify_hook
from shared.errors import Invalid
from shared.events import DomainEvent
from shared.models import Model


class HookBody(Model):
    """The platform's form of a webhook, as far as we need it."""

    type: Literal["INSERT"]
    table: Literal["ticket_events"]
    record: DomainEvent


@dataclass(frozen=True)
class Hook:
    """What the database told, and what lets it believe that we heard it."""

    event: DomainEvent
    proof: str


def read_hook(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Hook:
    """Prove a webhook, then read it.

    Raises:
        Unauthenticated: not signed, or stale.
        Invalid: signed, but no event that we know.
    """
    secret = verify_hook(headers, body, secrets)
    try:
        event = HookBody.model_validate_json(body).record
    except ValidationError:
        raise Invalid("This is no event that we know.", "unknown-event") from None
    return Hook(event, accept_proof(str(event.id), secret))
