"""A believable small support desk: Rook Cycles, who make electric bicycles."""

from .desk import seed
from .people import PEOPLE, Somebody
from .stories import STORIES, Story

__all__ = ["PEOPLE", "STORIES", "Somebody", "Story", "seed"]
