"""What differs by ticket type: needed custom fields and triage."""

from .strategies import TICKET_TYPES, TicketTypeStrategy, require_fields, triage

__all__ = [
    "TICKET_TYPES",
    "TicketTypeStrategy",
    "require_fields",
    "triage",
]
