"""What a deployment still lacks, found without changing anything."""

from .database import applied, migrations_of
from .doors import WouldChange, open_database
from .findings import Finding, State
from .report import look

__all__ = [
    "Finding",
    "State",
    "WouldChange",
    "applied",
    "look",
    "migrations_of",
    "open_database",
]
