"""What follows from events, one class a consequence."""

from .assigning import AssignWork
from .deployment import deployed_reactions
from .fan_out import FillWebhooks, NotifyPeople, PublishToBus
from .measuring import MeasureTickets
from .queue_status import ComputeDueTimes, RefreshQueueStatus
from .reactions import Reaction, ReactionTable, reaction_table

__all__ = [
    "AssignWork",
    "ComputeDueTimes",
    "FillWebhooks",
    "MeasureTickets",
    "NotifyPeople",
    "PublishToBus",
    "Reaction",
    "ReactionTable",
    "RefreshQueueStatus",
    "deployed_reactions",
    "reaction_table",
]
