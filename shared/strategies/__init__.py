"""Everything that differs by type lives here, one class a variant."""

from .ticket_types import TICKET_TYPES, TicketTypeStrategy, triage

__all__ = ["TICKET_TYPES", "TicketTypeStrategy", "triage"]
