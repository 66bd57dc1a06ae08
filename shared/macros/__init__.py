"""Macros: canned answers with actions."""

from .models import (
    Macro,
    MacroActions,
    MacroChange,
    MacroChoice,
    MacroDraft,
    MacroPreview,
    MacroResult,
    MacroScope,
)
from .ports import MacroRunner, Macros
from .repository import MacroRepository

__all__ = [
    "Macro",
    "MacroActions",
    "MacroChange",
    "MacroChoice",
    "MacroDraft",
    "MacroPreview",
    "MacroRepository",
    "MacroResult",
    "MacroRunner",
    "MacroScope",
    "Macros",
]
