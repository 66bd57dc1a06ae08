"""The log of a ticket, read from its events and from the policies of each time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.core.types import StatusCategory, TicketPriority, TicketType
from shared.sla.calendars import AROUND_THE_CLOCK, BusinessTime
from shared.sla.engine import (
    BreachRecorded,
    Commented,
    Entry,
    Metric,
    Opened,
    Policy,
    PolicyChanged,
    PriorityChanged,
    StatusChanged,
)
from shared.sla.policies import Attributes, SlaPolicy, first_match

from .models import LoggedEvent, SlaLog, SlaTerms

NO_POLICY = Policy(targets={})


@dataclass(frozen=True)
class Place:
    """Where a ticket stood since `at`, and who worked it."""

    at: datetime
    queue_id: UUID
    assignee_id: UUID | None


@dataclass(frozen=True)
class History:
    """The log of a ticket, with the policies that applied on the way.

    Attributes:
        entries: what happened, the changes of its policy among it.
        policy: the one that applies at the end, if any.
        first: the terms that applied when it was opened, and how its time counted.
        places: its queues and assignees, in order.
        time_zone: of the calendar of the policy.
    """

    entries: list[Entry]
    policy: SlaPolicy | None
    first: tuple[Policy, BusinessTime]
    places: list[Place]
    time_zone: str


def read_history(log: SlaLog) -> History:
    """Read the log of a ticket; a policy applies while its conditions hold."""
    reader = _Reader(log)
    return History(
        list(reader.read()), reader.policy, reader.first, reader.places, reader.zone
    )


class _Reader:
    """A ticket while its events are read."""

    def __init__(self, log: SlaLog) -> None:
        self._log = log
        self._terms: SlaTerms | None = None
        self._ticket: Attributes | None = None
        self._opened_at = log.now
        self.policy: SlaPolicy | None = None
        self.first: tuple[Policy, BusinessTime] = (NO_POLICY, AROUND_THE_CLOCK)
        self.places: list[Place] = []

    @property
    def zone(self) -> str:
        calendar = self.policy and self._terms and self._terms.calendar_of(self.policy)
        return calendar.time_zone if calendar else "UTC"

    def read(self) -> Iterator[Entry]:
        """Yield what happened in order: of an instant, new terms come first."""
        terms = [each for each in self._log.terms if each.since <= self._log.now]
        for event in self._log.events:
            while terms and terms[0].since <= event.at:
                yield from self._hold_to(terms.pop(0))
            yield from self._entries(event)
        for each in terms:
            yield from self._hold_to(each)

    def _entries(self, event: LoggedEvent) -> Iterator[Entry]:
        after = event.after
        match event.type:
            case "TICKET_CREATED":
                yield self._open(event)
            case "TICKET_COMMENTED":
                is_public = after["visibility"] == "public"
                by_staff = after["by_staff"]
                yield Commented(event.at, by_staff=by_staff, is_public=is_public)
            case "TICKET_STATUS_CHANGED":
                yield StatusChanged(event.at, StatusCategory(after["category"]))
            case "TICKET_ASSIGNED":
                self._move(event.at, assignee=after["assignee_id"])
            case "TICKET_UPDATED":
                yield from self._update(event)
            case "TICKET_SLA_BREACHED":
                metric, breached_at = Metric(after["metric"]), after["breached_at"]
                at = datetime.fromisoformat(breached_at)
                yield BreachRecorded(event.at, metric, after["run"], at)

    def _open(self, event: LoggedEvent) -> Entry:
        self._ticket = self._attributes(event.after)
        self._opened_at = event.at
        self.places.append(Place(event.at, self._ticket.queue_id, None))
        self.policy = self._match(self._ticket)
        self.first = self._applied()
        by_staff = not event.is_by_requester
        return Opened(event.at, self._ticket.priority, by_staff=by_staff)

    def _update(self, event: LoggedEvent) -> Iterator[Entry]:
        if self._ticket is None:
            return
        was, self._ticket = self._ticket, self._attributes(event.after, self._ticket)
        if self._ticket.queue_id != was.queue_id:
            self._move(event.at, queue=self._ticket.queue_id)
        before, self.policy = self.policy, self._match(self._ticket)
        if self._ticket.priority is not was.priority:
            yield PriorityChanged(event.at, self._ticket.priority)
        if self.policy is not before:
            yield PolicyChanged(event.at, *self._applied())

    def _hold_to(self, terms: SlaTerms) -> Iterator[Entry]:
        before = self.policy, self.policy and self._calendar()
        self._terms = terms
        if self._ticket is None:
            return
        self.policy = self._match(self._ticket)
        if before != (self.policy, self.policy and self._calendar()):
            yield PolicyChanged(terms.since, *self._applied())

    def _match(self, ticket: Attributes) -> SlaPolicy | None:
        policies = self._terms.policies if self._terms else ()
        return first_match(
            (each for each in policies if each.valid_from <= self._opened_at), ticket
        )

    def _calendar(self) -> object:
        return self._terms and self.policy and self._terms.calendar_of(self.policy)

    def _applied(self) -> tuple[Policy, BusinessTime]:
        if self.policy is None or self._terms is None:
            return NO_POLICY, AROUND_THE_CLOCK
        return self.policy.terms(), self._terms.business_time_of(self.policy)

    def _move(
        self, at: datetime, queue: UUID | None = None, assignee: str | None = None
    ) -> None:
        """Note another queue or, where none is given, another assignee."""
        last = self.places[-1]
        place = replace(last, at=at, queue_id=queue or last.queue_id)
        if queue is None:
            person = None if assignee is None else UUID(assignee)
            place = replace(place, assignee_id=person)
        self.places.append(place)

    def _attributes(
        self, after: Mapping[str, Any], before: Attributes | None = None
    ) -> Attributes:
        readers = {
            "type": TicketType,
            "priority": TicketPriority,
            "queue_id": UUID,
            "tags": frozenset,
            "data": dict,
        }
        changed = {
            name: read(after[name]) for name, read in readers.items() if name in after
        }
        if before is not None:
            return replace(before, **changed)
        return Attributes(organization_id=self._log.organization_id, **changed)
