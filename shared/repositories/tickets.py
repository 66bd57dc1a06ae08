"""Tickets over PostgREST."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.events import DomainEvent, parse_event
from shared.models import (
    Look,
    Looked,
    StatusChange,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketPriority,
    TicketRef,
)
from shared.pages import Page, decode_cursor, page_of
from shared.persistence import Database

# What a change answers: the row, and the names of the people it mentions.
TICKET = (
    "*"
    ",requester:profiles!tickets_requester_id_fkey(name)"
    ",assignee:profiles!tickets_assignee_id_fkey(name)"
)


class Tickets:
    """`TicketReader`, `TicketWriter` and `Attention`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, ticket: TicketRef) -> Ticket:
        """Return one visible ticket."""
        return Ticket.model_validate(
            self._database.call("get_ticket", {"ticket": ticket})
        )

    def mine(
        self, statuses: Sequence[str] | None, cursor: str | None, size: int
    ) -> Page[Ticket]:
        """Return what the caller requested, follows or is assigned."""
        place = decode_cursor(cursor, tuple[int])
        arguments = {
            "statuses": statuses,
            "before_number": place and place[0],
            "page_size": size + 1,
        }
        rows = self._database.call("list_my_tickets", arguments)
        tickets = [Ticket.model_validate(row) for row in rows]
        return page_of(tickets, size, lambda last: (last.number,))

    def events(self, ticket: TicketRef, after: int, size: int) -> Page[DomainEvent]:
        """Return what happened after `seq`."""
        arguments = {"ticket": ticket, "after": after, "page_size": size + 1}
        rows = self._database.call("list_ticket_events", arguments)
        shown = [parse_event(row) for row in rows[:size]]
        last = str(shown[-1].seq) if len(rows) > size else None
        return Page(items=shown, next_cursor=last)

    def create(
        self, draft: TicketDraft, triaged: TicketPriority, key: str | None
    ) -> Ticket:
        """Open a ticket."""
        asked = draft.model_dump(mode="json")
        extra = {"triaged_priority": triaged, "idempotency_key": key}
        return self._one("create_ticket", {**asked, **extra})

    def update(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> Ticket:
        """Change fields."""
        changes = change.model_dump(mode="json", exclude_unset=True)
        asked = {"ticket": ticket, "changes": changes, "expected_version": version}
        return self._one("update_ticket", asked)

    def change_status(
        self, ticket: TicketRef, change: StatusChange, version: int | None
    ) -> Ticket:
        """Take one step."""
        asked = {"ticket": ticket, "expected_version": version}
        return self._one("update_ticket_status", {**asked, **change.model_dump()})

    def assign(self, ticket: TicketRef, assignee: str, version: int | None) -> Ticket:
        """Give it to a person."""
        asked = {"ticket": ticket, "assignee": assignee, "expected_version": version}
        return self._one("assign_ticket", asked)

    def release(self, ticket: TicketRef, version: int | None) -> Ticket:
        """Put it back into its queue."""
        asked = {"ticket": ticket, "expected_version": version}
        return self._one("release_ticket", asked)

    def look(self, ticket: TicketRef, look: Look, key: str | None) -> Looked:
        """Move the caller's look forward."""
        asked = {"ticket": ticket, "seq": look.seq, "idempotency_key": key}
        return Looked.model_validate(self._database.call("mark_ticket_read", asked))

    def _one(self, function: str, arguments: Mapping[str, Any]) -> Ticket:
        return Ticket.model_validate(self._database.call(function, arguments, TICKET))


class TicketClock:
    """What time does to tickets; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close_solved(self) -> int:
        """Close some tickets that were solved long enough ago; return how many."""
        return int(self._database.call("close_solved_tickets", {}))
