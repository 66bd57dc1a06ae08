"""Who can see a ticket, and by which rule."""

from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import Field
from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Model, Page, Storable, decode_sort_key, read_page
from shared.tickets import TicketRef


class AccessRuleName(StrEnum):
    """A rule by which somebody may see a ticket."""

    REQUESTER = "requester"
    ORGANIZATION = "organization"
    QUEUE_MEMBER = "queue_member"
    ALL_QUEUES = "all_queues"
    FOLLOWER = "follower"


class AccessRule(Model):
    """Whether a rule lets somebody see a ticket, and why."""

    rule: AccessRuleName
    applies: bool
    explanation: str


class NamedPerson(Model):
    """A person, named."""

    id: UUID
    name: str


class Access(Model):
    """Whether somebody can see a ticket."""

    person: NamedPerson
    can_see: bool
    reads_notes: bool
    can_sign_in: bool = Field(
        description="Who cannot sign in sees nothing, whatever the rules."
    )
    rules: list[AccessRule]


class AccessReader(Protocol):
    """Explaining who can see a ticket."""

    def explain(
        self, ticket: TicketRef, person: UUID | None, cursor: str | None, size: int
    ) -> Page[Access]:
        """Return who can see a ticket by name, or why one person can or cannot.

        Raises:
            NotFound: there is no such ticket or person.
            Denied: the caller has no `people.read` in the queue of the ticket.
        """
        ...


class AccessRepository(AccessReader):
    """Explanations of access over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def explain(
        self, ticket: TicketRef, person: UUID | None, cursor: str | None, size: int
    ) -> Page[Access]:
        arguments = {
            "ticket": ticket,
            "person": person and str(person),
            "after": decode_sort_key(cursor, tuple[Storable, UUID]),
            "page_size": size,
        }
        answer = self._database.call("explain_access", arguments)
        return read_page(answer, Access.model_validate)
