"""Check what a deployment still lacks, without changing anything."""

from .findings import Finding, State
from .migrations import applied, edited, migrations_of
from .read_only import WouldChange, open_database
from .report import look

__all__ = [
    "Finding",
    "State",
    "WouldChange",
    "applied",
    "edited",
    "look",
    "migrations_of",
    "open_database",
]
