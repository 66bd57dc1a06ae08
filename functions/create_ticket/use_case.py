"""Open a ticket: triage judges the draft by its type, then it is stored."""

from shared.models import Ticket, TicketDraft
from shared.repositories import TicketWriter
from shared.strategies import triage


def create_ticket(draft: TicketDraft, tickets: TicketWriter, key: str | None) -> Ticket:
    """Return the stored ticket; the priority asked for goes before triage's.

    Raises:
        Invalid: the type needs fields that the draft lacks.
    """
    return tickets.create(draft, triage(draft), key)
