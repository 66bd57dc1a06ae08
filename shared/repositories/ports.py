"""What use cases may ask of storage. Each method is one round trip, one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; what else is said below.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pydantic import Field

from shared.events import DomainEvent
from shared.models import (
    Comment,
    CommentDraft,
    CommentRef,
    Look,
    Looked,
    Me,
    Person,
    Queue,
    Role,
    RoleDefinition,
    Selection,
    StatusChange,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketPriority,
    TicketRef,
    Total,
)
from shared.pages import Page


class TicketPage(Page[Ticket]):
    """Some tickets; it may come short, or empty, and not be the last page.

    A page looks at so many tickets and no more, however few of them fit. Only a
    `next_cursor` of null says that there are no more.
    """

    total: Total | None = Field(
        default=None, description="How many there are; null where that was not asked."
    )


class TicketReader(Protocol):
    """Looking tickets up."""

    def get(self, ticket: TicketRef) -> Ticket:
        """Return one visible ticket, or raise `NotFound`."""
        ...

    def mine(
        self, statuses: Sequence[str] | None, cursor: str | None, size: int
    ) -> Page[Ticket]:
        """Return what the caller requested, follows or is assigned, newest first."""
        ...

    def events(self, ticket: TicketRef, after: int, size: int) -> Page[DomainEvent]:
        """Return what happened after `seq`, in order, or raise `NotFound`."""
        ...


class TicketWriter(Protocol):
    """Changing tickets. `version` is the one the caller has read, or None for any."""

    def create(
        self, draft: TicketDraft, triaged: TicketPriority, key: str | None
    ) -> Ticket:
        """Open a ticket once a key; raise `Invalid` for a key of another request."""
        ...

    def update(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> Ticket:
        """Change fields; raise `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`."""
        ...

    def change_status(
        self, ticket: TicketRef, change: StatusChange, version: int | None
    ) -> Ticket:
        """Take one step; raise `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`."""
        ...

    def assign(self, ticket: TicketRef, assignee: str, version: int | None) -> Ticket:
        """Give it to a person; raise `NotFound`, `Denied`, `Invalid`, `Stale`."""
        ...

    def release(self, ticket: TicketRef, version: int | None) -> Ticket:
        """Put it back; raise `NotFound`, `Denied`, `Conflict`, `Stale`."""
        ...


class Attention(Protocol):
    """Remembering what people have seen."""

    def look(self, ticket: TicketRef, look: Look, key: str | None) -> Looked:
        """Move the caller's look forward once a key, or raise `NotFound`."""
        ...


class Conversation(Protocol):
    """What is said on tickets."""

    def add(self, ticket: TicketRef, draft: CommentDraft, key: str | None) -> Comment:
        """Say something once a key; raise `NotFound`, `Denied`, `Conflict`."""
        ...

    def redact(
        self, ticket: TicketRef, comment: CommentRef, key: str | None
    ) -> Comment:
        """Take its words out; raise `NotFound`, `Denied`."""
        ...

    def read(self, ticket: TicketRef, cursor: str | None, size: int) -> Page[Comment]:
        """Return what the caller may read, in order, or raise `NotFound`."""
        ...


class QueueReader(Protocol):
    """Looking at queues."""

    def overview(self) -> list[Queue]:
        """Return the queues the caller may read, with live counts."""
        ...

    def page(
        self,
        queue: str,
        asked: Selection,
        cursor: str | None,
        size: int,
        *,
        count: bool = False,
    ) -> TicketPage:
        """Return tickets of a queue, or raise `NotFound`, `Invalid`."""
        ...

    def view(
        self, view: UUID, cursor: str | None, size: int, *, count: bool = False
    ) -> TicketPage:
        """Return tickets of a saved view, or raise `NotFound`, `Invalid`."""
        ...


class PeopleReader(Protocol):
    """Looking people up."""

    def me(self) -> Me:
        """Return the caller, with rights as they are now."""
        ...

    def find(
        self, search: str | None, role: str | None, cursor: str | None, size: int
    ) -> Page[Person]:
        """Return people by name, or raise `Denied`."""
        ...


class RoleKeeper(Protocol):
    """Saying who may do what. Rights end and begin with the next request."""

    def all(self) -> list[Role]:
        """Return every role."""
        ...

    def define(self, role: str, definition: RoleDefinition) -> Role:
        """Make or change a role; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def grant(self, person: UUID, role: str) -> Person:
        """Give a role; raise `NotFound`, `Denied`."""
        ...

    def revoke(self, person: UUID, role: str) -> Person:
        """Take a role; raise `NotFound`, `Denied`, `Conflict` for the last admin."""
        ...
