"""The reactions of a deployment, wired from its environment."""

from .assigning import open_assigning
from .fan_out import open_fan_out
from .measuring import open_measuring
from .queue_status import open_due_times, open_queue_status
from .reactions import ReactionTable, reaction_table


def deployed_reactions() -> ReactionTable:
    """Return the table that process_events runs."""
    # Due times first: the status of a queue stands on them.
    everything = (
        open_due_times(),
        open_queue_status(),
        *open_fan_out(),
        open_measuring(),
    )
    return reaction_table(*everything, work=[open_assigning()])
