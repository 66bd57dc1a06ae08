"""What a deployment still lacks, found without changing anything."""

from .doors import WouldChange
from .findings import Finding, State
from .report import show
from .survey import survey

__all__ = ["Finding", "State", "WouldChange", "show", "survey"]
