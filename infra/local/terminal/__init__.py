"""What a person sees in the terminal: where things are, and what happens."""

from .follow import follow
from .welcome import PEOPLE, say, welcome

__all__ = ["PEOPLE", "follow", "say", "welcome"]
