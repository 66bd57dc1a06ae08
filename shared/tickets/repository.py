"""Tickets over PostgREST."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from typing_extensions import override

from shared.core.events import DomainEvent, parse_event
from shared.core.persistence import Database
from shared.core.types import (
    BigPosition,
    NumberedPage,
    Page,
    decode_sort_key,
    parse_rows,
    read_page,
)

from .models import (
    MyTickets,
    MyTicketsSort,
    StatusChange,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketRef,
)
from .ports import TicketReader, TicketWriter


def read_events(answer: Mapping[str, Any]) -> Page[DomainEvent]:
    """Return a page of events; its cursor is the `seq` of the last one."""
    following = answer["next"]
    return Page(
        items=parse_rows(answer["items"], parse_event),
        next_cursor=following and str(following),
    )


class TicketRepository(TicketReader, TicketWriter):
    """Tickets as the caller may see and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def mine(self, chosen: MyTickets, cursor: str | None, size: int) -> Page[Ticket]:
        changed = chosen.sort is MyTicketsSort.UPDATED
        shape: Any = tuple[datetime, BigPosition] if changed else tuple[BigPosition]
        arguments = {
            **chosen.model_dump(mode="json", exclude_defaults=True),
            "after": decode_sort_key(cursor, shape),
            "page_size": size,
        }
        answer = self._database.call("list_my_tickets", arguments)
        return read_page(answer, Ticket.model_validate)

    @override
    def events(self, ticket: TicketRef, page: NumberedPage) -> Page[DomainEvent]:
        arguments = {"ticket": ticket, **page.arguments()}
        return read_events(self._database.call("list_ticket_events", arguments))

    @override
    def create(self, draft: TicketDraft, key: str | None) -> Ticket:
        arguments = draft.model_dump(mode="json")
        return self._one("create_ticket", {**arguments, "idempotency_key": key})

    @override
    def update(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> Ticket:
        changes = change.changes()
        arguments = {"ticket": ticket, "changes": changes, "expected_version": version}
        return self._one("update_ticket", arguments)

    @override
    def change_status(
        self, ticket: TicketRef, change: StatusChange, version: int | None
    ) -> Ticket:
        arguments = {"ticket": ticket, "expected_version": version}
        return self._one("update_ticket_status", {**arguments, **change.model_dump()})

    @override
    def assign(self, ticket: TicketRef, assignee: str, version: int | None) -> Ticket:
        arguments = {
            "ticket": ticket,
            "assignee": assignee,
            "expected_version": version,
        }
        return self._one("assign_ticket", arguments)

    @override
    def release(self, ticket: TicketRef, version: int | None) -> Ticket:
        arguments = {"ticket": ticket, "expected_version": version}
        return self._one("release_ticket", arguments)

    def _one(self, function: str, arguments: Mapping[str, Any]) -> Ticket:
        return Ticket.model_validate(self._database.call(function, arguments))


class SolvedTickets:
    """Closing solved tickets after their time; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close_due(self) -> int:
        """Close some tickets that were solved long enough ago; return how many."""
        return int(self._database.call("close_solved_tickets", {}))
