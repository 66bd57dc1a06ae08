"""The log of a ticket, with the policies that applied on the way."""

from .models import LoggedEvent, SlaLog, SlaTerms
from .reader import History, read_history

__all__ = ["History", "LoggedEvent", "SlaLog", "SlaTerms", "read_history"]
