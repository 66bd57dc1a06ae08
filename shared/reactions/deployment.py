"""The reactions of a deployment, wired from its environment."""

from .measuring import open_measuring
from .reactions import ReactionTable, reaction_table
from .telling import open_telling
from .watching import open_watching
from .working import open_working


def deployed_reactions() -> ReactionTable:
    """Return the table that process_events runs."""
    everything = (open_watching(), *open_telling(), open_measuring())
    return reaction_table(*everything, work=[open_working()])
