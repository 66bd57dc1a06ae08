"""Policies, and which of them a ticket has."""

from .matching import Attributes, first_match
from .models import Conditions, SlaPolicy, SlaPolicyChange, SlaPolicyDraft

__all__ = [
    "Attributes",
    "Conditions",
    "SlaPolicy",
    "SlaPolicyChange",
    "SlaPolicyDraft",
    "first_match",
]
