"""What a person sees in the terminal: where things are, and what happens."""

from .follow import follow
from .mailbox import letters
from .welcome import PEOPLE, say, try_it, welcome

__all__ = ["PEOPLE", "follow", "letters", "say", "try_it", "welcome"]
