"""Tickets in memory, seen by one person who may do everything."""

from collections.abc import Mapping, Sequence

from shared.core.errors import Conflict, Invalid, NotFound, Stale
from shared.core.events import DomainEvent
from shared.core.types import Page, TicketPriority, decode_cursor, page_of
from shared.tickets import (
    StatusChange,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketRef,
)
from tests.builders import ME, event, ticket

STEPS: Mapping[str, set[str]] = {
    "new": {"open"},
    "open": {"pending", "on_hold", "solved"},
    "pending": {"open", "on_hold", "solved"},
    "on_hold": {"open", "pending", "solved"},
    "solved": {"open"},
}


class FakeTickets:
    """`TicketReader` and `TicketWriter`."""

    def __init__(self, *tickets: Ticket) -> None:
        self.stored = {str(each.id): each for each in tickets}
        self.happened: dict[str, list[DomainEvent]] = {}
        self._answers: dict[str, tuple[TicketDraft, Ticket]] = {}

    def get(self, ticket: TicketRef) -> Ticket:
        for stored in self.stored.values():
            if ticket in (str(stored.id), str(stored.number)):
                return stored
        raise NotFound("There is no such ticket, or it is not yours to see.")

    def mine(
        self, statuses: Sequence[str] | None, cursor: str | None, size: int
    ) -> Page[Ticket]:
        place = decode_cursor(cursor, tuple[int])
        found = [
            each
            for each in sorted(self.stored.values(), key=lambda each: -each.number)
            if (statuses is None or each.status in statuses)
            and (place is None or each.number < place[0])
        ]
        return page_of(found[: size + 1], size, lambda last: (last.number,))

    def events(self, ticket: TicketRef, after: int, size: int) -> Page[DomainEvent]:
        history = self.happened.get(str(self.get(ticket).id), [])
        rest = [each for each in history if each.seq > after]
        last = str(rest[size - 1].seq) if len(rest) > size else None
        return Page(items=rest[:size], next_cursor=last)

    def create(
        self, draft: TicketDraft, triaged: TicketPriority, key: str | None
    ) -> Ticket:
        if key in self._answers:
            asked, answer = self._answers[key]
            if asked != draft:
                raise Invalid("Use a new one.", "idempotency-key-reused")
            return answer
        told = draft.model_dump(include={"subject", "type", "tags", "data"})
        number = 1001 + len(self.stored)
        made = ticket(**told, number=number, priority=draft.priority or triaged)
        self._store(made, "TICKET_CREATED")
        if key is not None:
            self._answers[key] = (draft, made)
        return made

    def update(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> Ticket:
        stored = self._guarded(ticket, version)
        told = change.model_dump(mode="json", exclude_unset=True, exclude={"queue"})
        if change.data is not None:
            told["data"] = {**stored.data, **change.data}
        return self._change(stored, "TICKET_UPDATED", **told)

    def change_status(
        self, ticket: TicketRef, change: StatusChange, version: int | None
    ) -> Ticket:
        stored = self._guarded(ticket, version)
        if change.status == "closed":
            raise Conflict("Nobody closes a ticket by hand.", "closed-by-time")
        if change.status not in STEPS:
            raise Invalid("There is no such status.", "unknown-status")
        if change.status not in STEPS[stored.status]:
            raise Conflict("It cannot go there.", "step-not-allowed")
        told = {"status": change.status, "status_category": change.status}
        return self._change(stored, "TICKET_STATUS_CHANGED", **told)

    def assign(self, ticket: TicketRef, assignee: str, version: int | None) -> Ticket:
        stored = self._guarded(ticket, version)
        person = str(ME) if assignee == "me" else assignee
        return self._change(stored, "TICKET_ASSIGNED", assignee_id=person)

    def release(self, ticket: TicketRef, version: int | None) -> Ticket:
        stored = self._guarded(ticket, version)
        if stored.status == "solved":
            raise Conflict("Reopen it first.", "solved-needs-assignee")
        return self._change(stored, "TICKET_ASSIGNED", assignee_id=None)

    def _guarded(self, ref: TicketRef, version: int | None) -> Ticket:
        stored = self.get(ref)
        if version not in (None, stored.version):
            raise Stale(f"It is at version {stored.version}.")
        if stored.status == "closed":
            raise Conflict("A closed ticket does not change.", "ticket-closed")
        return stored

    def _change(self, stored: Ticket, kind: str, **given: object) -> Ticket:
        told = stored.model_dump(mode="json") | given
        changed = Ticket.model_validate(told | {"version": stored.version + 1})
        return self._store(changed, kind)

    def _store(self, changed: Ticket, kind: str) -> Ticket:
        self.stored[str(changed.id)] = changed
        history = self.happened.setdefault(str(changed.id), [])
        told = {"ticket_id": str(changed.id), "seq": len(history) + 1}
        history.append(event(kind, **told))
        return changed
