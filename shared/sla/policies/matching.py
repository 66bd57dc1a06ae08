"""Which policy a ticket has: the first one whose conditions hold."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.core.types import TicketPriority, TicketType

from .models import Conditions, SlaPolicy


@dataclass(frozen=True)
class Attributes:
    """What conditions ask about a ticket, at some time in its history."""

    type: TicketType
    priority: TicketPriority
    queue_id: UUID
    organization_id: UUID | None
    tags: frozenset[str]
    data: Mapping[str, Any] = field(default_factory=dict)


def first_match(policies: Iterable[SlaPolicy], ticket: Attributes) -> SlaPolicy | None:
    """Return the first policy that is for such a ticket.

    Args:
        policies: in their order.
        ticket: what they are asked about.
    """
    return next((each for each in policies if _holds(each.conditions, ticket)), None)


def _holds(conditions: Conditions, ticket: Attributes) -> bool:
    held = (
        (conditions.type, {ticket.type}),
        (conditions.priority, {ticket.priority}),
        (conditions.queue, {str(ticket.queue_id)}),
        (conditions.organization, {ticket.organization_id}),
        (conditions.tag, {_key(tag) for tag in ticket.tags}),
    )
    return all(values is None or found & set(values) for values, found in held) and all(
        set(values) & _texts(ticket.data.get(key))
        for key, values in (conditions.field or {}).items()
    )


def _texts(value: object) -> set[str]:
    """Return what a field holds as conditions write it; several choices are several."""
    held = value if isinstance(value, list) else [value]
    return {_text(each) for each in held if each is not None}


def _text(value: object) -> str:
    """As PostgreSQL writes a JSON value as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(tag: str) -> str:
    """By what tags are compared, as the SQL function `private.tag_key` has it."""
    lower = unicodedata.normalize("NFC", tag).lower()
    return unicodedata.normalize("NFC", lower)
