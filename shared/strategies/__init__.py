"""Everything that differs by type lives here, one class a variant."""

from .patches import merge_patch
from .ticket_types import TICKET_TYPES, TicketTypeStrategy, require_fields, triage

__all__ = [
    "TICKET_TYPES",
    "TicketTypeStrategy",
    "merge_patch",
    "require_fields",
    "triage",
]
