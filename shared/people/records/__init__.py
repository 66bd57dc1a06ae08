"""People's records: entered and invited, changed, deactivated, merged."""

from .models import Invitation, MergeTarget, PersonChange, PersonDraft, PersonRecord
from .ports import PersonRecords, PersonStates
from .repository import PersonRepository

__all__ = [
    "Invitation",
    "MergeTarget",
    "PersonChange",
    "PersonDraft",
    "PersonRecord",
    "PersonRecords",
    "PersonRepository",
    "PersonStates",
]
