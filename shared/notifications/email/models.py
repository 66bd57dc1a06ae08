"""What an email is composed from, as its reader may see it now, and the email."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.core.events import DomainEvent
from shared.core.types import Model


class EmailEvent(Model):
    """An event, with the words of the public comment that it speaks of."""

    event: DomainEvent
    words: str | None


class Email(Model):
    """An email about what happened to one ticket, for one person.

    Attributes:
        attempt: which attempt this is, from 1; it proves who holds the lease.
        names: of those people whom the reader may know.
        statuses: what the reader calls each status.
        rating_token: by which the reader rates the ticket, if they are asked to.
    """

    id: UUID
    attempt: int
    person_id: UUID
    address: str
    name: str
    ticket_id: UUID
    number: int
    subject: str
    names: Mapping[UUID, str]
    statuses: Mapping[str, str]
    happened: list[EmailEvent]
    rating_token: str | None = None


@dataclass(frozen=True)
class OutgoingEmail:
    """An email as it is handed to the mail service.

    Attributes:
        sender: the address that it comes from.
        recipient: the one address that it goes to.
        message: headers and body as bytes (RFC 5322).
    """

    sender: str
    recipient: str
    message: bytes
