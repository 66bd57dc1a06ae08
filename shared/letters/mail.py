"""All that a mail is written from, as its reader may know it now."""

from collections.abc import Mapping
from uuid import UUID

from shared.events import DomainEvent
from shared.models import Model


class Happening(Model):
    """An event, with the words of the public comment that it speaks of."""

    event: DomainEvent
    words: str | None


class Mail(Model):
    """What happened to one ticket, for one person.

    Attributes:
        attempt: which attempt this is, from 1; it proves who holds the mail.
        names: of those people whom the reader may know.
        statuses: what the reader calls each status.
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
    happened: list[Happening]
