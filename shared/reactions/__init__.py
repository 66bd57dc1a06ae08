"""What follows from events, one class a consequence."""

from .deployment import deployed_reactions
from .measuring import MeasureDesk
from .reactions import Reaction, ReactionTable, reaction_table
from .telling import FillWebhooks, NotifyPeople, PublishToBus
from .watching import RefreshQueueStatus
from .working import AssignWork

__all__ = [
    "AssignWork",
    "FillWebhooks",
    "MeasureDesk",
    "NotifyPeople",
    "PublishToBus",
    "Reaction",
    "ReactionTable",
    "RefreshQueueStatus",
    "deployed_reactions",
    "reaction_table",
]
