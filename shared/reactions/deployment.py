"""The reactions of a deployment, wired from its environment."""

from .measuring import open_measuring
from .reactions import ReactionTable, reaction_table
from .telling import open_telling
from .working import open_working


def deployed_reactions() -> ReactionTable:
    """Return the table that process_events runs."""
    return reaction_table(*open_telling(), open_measuring(), work=[open_working()])
