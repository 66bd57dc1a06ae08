"""The log of a ticket, read from its events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.core.types import Model, StatusCategory, TicketPriority, TicketType

from .calendars import AROUND_THE_CLOCK, BusinessTime, SlaCalendar, business_time_of
from .engine import (
    Commented,
    Entry,
    Opened,
    Policy,
    PolicyChanged,
    PriorityChanged,
    StatusChanged,
)
from .policies import Attributes, SlaPolicy, first_match

NO_POLICY = Policy(targets={})


class LoggedEvent(Model):
    """An event of a ticket, as far as service levels depend on it."""

    type: str
    at: datetime
    is_by_requester: bool
    after: Mapping[str, Any]


class SlaLog(Model):
    """All that the service levels of a ticket are computed from."""

    ticket_id: UUID
    organization_id: UUID | None
    now: datetime
    policies: Sequence[SlaPolicy]
    calendars: Sequence[SlaCalendar]
    events: Sequence[LoggedEvent]


@dataclass(frozen=True)
class History:
    """The log of a ticket, with the policies that applied on the way.

    Attributes:
        entries: what happened, the changes of its policy among it.
        policy: the one that applies at the end, if any.
        first: the terms that applied when it was opened, and how its time counted.
    """

    entries: list[Entry]
    policy: SlaPolicy | None
    first: tuple[Policy, BusinessTime]


def read_history(log: SlaLog) -> History:
    """Read the log of a ticket; a policy applies while its conditions hold."""
    reader = _Reader(log)
    entries = [entry for event in log.events for entry in reader.read(event)]
    return History(entries, reader.policy, reader.first)


class _Reader:
    """A ticket while its events are read."""

    def __init__(self, log: SlaLog) -> None:
        self._log = log
        self._times = {each.id: business_time_of(each) for each in log.calendars}
        self._policies: Sequence[SlaPolicy] = ()
        self._ticket: Attributes | None = None
        self.policy: SlaPolicy | None = None
        self.first: tuple[Policy, BusinessTime] = (NO_POLICY, AROUND_THE_CLOCK)

    def read(self, event: LoggedEvent) -> Iterator[Entry]:
        after = event.after
        match event.type:
            case "TICKET_CREATED":
                self._ticket = self._attributes(after)
                self._policies = [
                    each for each in self._log.policies if each.valid_from <= event.at
                ]
                self.policy = first_match(self._policies, self._ticket)
                self.first = self._terms()
                by_staff = not event.is_by_requester
                yield Opened(event.at, self._ticket.priority, by_staff=by_staff)
            case "TICKET_COMMENTED":
                is_public = after["visibility"] == "public"
                by_staff = after["by_staff"]
                yield Commented(event.at, by_staff=by_staff, is_public=is_public)
            case "TICKET_STATUS_CHANGED":
                yield StatusChanged(event.at, StatusCategory(after["category"]))
            case "TICKET_UPDATED":
                yield from self._update(event)

    def _update(self, event: LoggedEvent) -> Iterator[Entry]:
        if self._ticket is None:
            return
        was, self._ticket = self._ticket, self._attributes(event.after, self._ticket)
        before = self.policy
        self.policy = first_match(self._policies, self._ticket)
        if self._ticket.priority is not was.priority:
            yield PriorityChanged(event.at, self._ticket.priority)
        if self.policy is not before:
            yield PolicyChanged(event.at, *self._terms())

    def _terms(self) -> tuple[Policy, BusinessTime]:
        if self.policy is None:
            return NO_POLICY, AROUND_THE_CLOCK
        calendar = self.policy.calendar_id
        time = AROUND_THE_CLOCK if calendar is None else self._times[calendar]
        return self.policy.terms(), time

    def _attributes(
        self, after: Mapping[str, Any], before: Attributes | None = None
    ) -> Attributes:
        readers = {
            "type": TicketType,
            "priority": TicketPriority,
            "queue_id": UUID,
            "tags": frozenset,
        }
        changed = {
            name: read(after[name]) for name, read in readers.items() if name in after
        }
        if before is not None:
            return replace(before, **changed)
        return Attributes(organization_id=self._log.organization_id, **changed)
