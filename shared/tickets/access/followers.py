"""Followers: who is notified of a ticket besides its requester and assignee."""

from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import (
    Address,
    Command,
    Model,
    Page,
    decode_sort_key,
    read_page,
)
from shared.tickets import TicketRef

FollowerRef = Annotated[
    Literal["me"] | UUID, Field(description="A person's id, or `me`.")
]


class FollowerDraft(Command):
    """Somebody to follow a ticket, by their address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "parts@supplier.example"}]}
    )

    email: Address


class Follower(Model):
    """Somebody as a follower of a ticket."""

    person_id: UUID
    name: str
    since: datetime | None = Field(
        description="Since when they follow it; null when they do not."
    )
    sees_by_following: bool = Field(
        description="Whether they see the ticket by following it alone."
    )


class Followers(Protocol):
    """Who follows a ticket. Every method may raise `NotFound`."""

    def page(self, ticket: TicketRef, cursor: str | None, size: int) -> Page[Follower]:
        """Return followers, the first ones first, as far as the caller may know."""
        ...

    def add(self, ticket: TicketRef, person: FollowerRef) -> Follower:
        """Let somebody follow; raise `Denied`, `Conflict`."""
        ...

    def add_by_email(
        self, ticket: TicketRef, draft: FollowerDraft, key: str | None
    ) -> Follower:
        """Let whoever has an address follow; raise `Denied`, `Conflict`, `Invalid`."""
        ...

    def remove(self, ticket: TicketRef, person: FollowerRef) -> Follower:
        """End that somebody follows; raise `Denied`."""
        ...


class FollowerRepository(Followers):
    """Followers over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def page(self, ticket: TicketRef, cursor: str | None, size: int) -> Page[Follower]:
        after = decode_sort_key(cursor, tuple[datetime, UUID])
        arguments = {"ticket": ticket, "after": after, "page_size": size}
        answer = self._database.call("list_followers", arguments)
        return read_page(answer, Follower.model_validate)

    @override
    def add(self, ticket: TicketRef, person: FollowerRef) -> Follower:
        return self._turn("add_follower", ticket, person)

    @override
    def add_by_email(
        self, ticket: TicketRef, draft: FollowerDraft, key: str | None
    ) -> Follower:
        arguments = {"ticket": ticket, "email": draft.email, "idempotency_key": key}
        answer = self._database.call("add_follower_by_email", arguments)
        return Follower.model_validate(answer)

    @override
    def remove(self, ticket: TicketRef, person: FollowerRef) -> Follower:
        return self._turn("remove_follower", ticket, person)

    def _turn(self, function: str, ticket: TicketRef, person: FollowerRef) -> Follower:
        arguments = {"ticket": ticket, "person": str(person)}
        return Follower.model_validate(self._database.call(function, arguments))
