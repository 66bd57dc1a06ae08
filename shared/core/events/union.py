"""The closed union of ticket events: every class of `tickets`, and their types."""

from collections.abc import Mapping
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from shared.core.numbers import unmark_numbers

from .tickets import TicketEvent

EVENT_CLASSES = tuple(TicketEvent.__subclasses__())

if TYPE_CHECKING:  # static types cannot be derived from the classes
    EventType: TypeAlias = str
    DomainEvent: TypeAlias = TicketEvent
else:
    EventType = Literal[
        tuple(each.model_fields["type"].default for each in EVENT_CLASSES)
    ]
    DomainEvent = Annotated[reduce(or_, EVENT_CLASSES), Field(discriminator="type")]


@lru_cache(maxsize=1)
def adapter() -> TypeAdapter[DomainEvent]:
    """Return the parser of events, built at its first use."""
    return TypeAdapter(DomainEvent)


def parse_event(row: Mapping[str, Any]) -> DomainEvent:
    """Parse one event from its row, feed item or Broadcast payload."""
    return adapter().validate_python(row)


def event_json(event: DomainEvent) -> str:
    """Return an event as JSON, its numbers with every digit."""
    return unmark_numbers(event.model_dump_json().encode()).decode()
