"""Which work there is for the workers, at this minute."""

from .clock import DueWork, Work, WorkFinder

__all__ = ["DueWork", "Work", "WorkFinder"]
