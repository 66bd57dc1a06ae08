"""Saved views: named filters of tickets."""

from .models import View, ViewChange, ViewDraft, ViewScope
from .ports import Views
from .repository import ViewRepository

__all__ = ["View", "ViewChange", "ViewDraft", "ViewRepository", "ViewScope", "Views"]
