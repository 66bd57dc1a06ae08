"""Open a ticket: triage judges the draft by its type, then it is stored."""

from shared.tickets import Ticket, TicketDraft, TicketWriter
from shared.tickets.types import triage


def create_ticket(draft: TicketDraft, tickets: TicketWriter, key: str | None) -> Ticket:
    """Return the stored ticket; the priority asked for goes before triage's.

    Raises:
        Invalid: the type needs fields that the draft lacks.
    """
    return tickets.create(draft, triage(draft), key)
