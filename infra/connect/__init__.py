"""Check what a deployment still lacks, without changing anything."""

from .findings import Finding, State
from .migrations import applied, edited, migrations_of
from .read_only import WouldChange, open_database
from .report import look
from .survey import exposed_schemas

__all__ = [
    "Finding",
    "State",
    "WouldChange",
    "applied",
    "edited",
    "exposed_schemas",
    "look",
    "migrations_of",
    "open_database",
]
