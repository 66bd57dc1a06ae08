"""Saved views: named questions about tickets, as they are kept."""

from .models import View, ViewChange, ViewDraft, ViewScope
from .ports import ViewKeeper
from .stores import Views

__all__ = ["View", "ViewChange", "ViewDraft", "ViewKeeper", "ViewScope", "Views"]
