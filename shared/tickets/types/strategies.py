"""What differs by ticket type: the fields it needs, and how urgent it is.

Which further status steps a type allows is data, not code: rows of
`ticket_transitions`, because the database refuses every other step whoever writes.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from shared.core.errors import Invalid
from shared.core.types import TicketPriority, TicketType
from shared.tickets import TicketDraft

from .keywords import is_alarming, is_urgent


class Impact(StrEnum):
    """How many people cannot work."""

    EVERYONE = "everyone"
    TEAM = "team"
    ONE_PERSON = "one_person"


class NeededFields(BaseModel):
    """Custom fields that a type cannot do without; others are free."""

    model_config = ConfigDict(extra="allow")


class TicketTypeStrategy(Protocol):
    """Extension point: one class a ticket type, listed in `TICKET_TYPES` below."""

    @property
    def needs(self) -> type[NeededFields]:
        """The custom fields that this type cannot do without."""
        ...

    def priority(self, draft: TicketDraft) -> TicketPriority:
        """Judge a draft whose fields are as needed."""
        ...


class Question:
    """Somebody wants to know something."""

    needs = NeededFields

    def priority(self, draft: TicketDraft) -> TicketPriority:
        """Raise a question that sounds like trouble."""
        return TicketPriority.HIGH if is_alarming(draft) else TicketPriority.NORMAL


class IncidentFields(NeededFields):
    """An incident says how many it hits."""

    impact: Impact


class Incident:
    """Something that worked is broken."""

    needs = IncidentFields
    by_impact: Mapping[Impact, TicketPriority] = {
        Impact.EVERYONE: TicketPriority.URGENT,
        Impact.TEAM: TicketPriority.HIGH,
        Impact.ONE_PERSON: TicketPriority.NORMAL,
    }

    def priority(self, draft: TicketDraft) -> TicketPriority:
        """Go by impact; alarming words make it urgent whatever the impact."""
        if is_alarming(draft):
            return TicketPriority.URGENT
        return self.by_impact[IncidentFields.model_validate(draft.data).impact]


class ProblemFields(NeededFields):
    """A problem says what it affects, and how many people."""

    impact: Impact
    affected: str


class Problem:
    """The cause behind incidents; it is looked into, not put out."""

    needs = ProblemFields
    by_impact: Mapping[Impact, TicketPriority] = {
        Impact.EVERYONE: TicketPriority.HIGH,
        Impact.TEAM: TicketPriority.NORMAL,
        Impact.ONE_PERSON: TicketPriority.LOW,
    }

    def priority(self, draft: TicketDraft) -> TicketPriority:
        """Go by impact."""
        return self.by_impact[ProblemFields.model_validate(draft.data).impact]


class TaskFields(NeededFields):
    """A task says by when, as an ISO 8601 date."""

    due_on: date


class Task:
    """Something to be done."""

    needs = TaskFields

    def priority(self, draft: TicketDraft) -> TicketPriority:
        """Raise what is in a hurry."""
        return TicketPriority.HIGH if is_urgent(draft) else TicketPriority.NORMAL


TICKET_TYPES: Mapping[TicketType, TicketTypeStrategy] = {
    TicketType.QUESTION: Question(),
    TicketType.INCIDENT: Incident(),
    TicketType.PROBLEM: Problem(),
    TicketType.TASK: Task(),
}


def triage(draft: TicketDraft) -> TicketPriority:
    """Return the priority of a draft by its type.

    Raises:
        Invalid: a custom field that the type needs is missing or unusable.
    """
    require_fields(draft.type, draft.data)
    return TICKET_TYPES[draft.type].priority(draft)


def require_fields(kind: TicketType, data: Mapping[str, JsonValue]) -> None:
    """See that the custom fields are there that a type cannot do without.

    Raises:
        Invalid: one is missing or unusable.
    """
    try:
        TICKET_TYPES[kind].needs.model_validate(data)
    except ValidationError as error:
        wrong = [
            f"data.{problem['loc'][0]}: {problem['msg']}" for problem in error.errors()
        ]
        raise Invalid(
            f"A ticket of type {kind} needs more. {'; '.join(wrong)}.", "missing-data"
        ) from None
