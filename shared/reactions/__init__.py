"""What follows from events, one class a consequence."""

from .deployment import deployed_reactions
from .measuring import MeasureDesk
from .reactions import Reaction, ReactionTable, reaction_table
from .telling import FillWebhooks, NotifyPeople, PublishToBus
from .working import AssignWork

__all__ = [
    "AssignWork",
    "FillWebhooks",
    "MeasureDesk",
    "NotifyPeople",
    "PublishToBus",
    "Reaction",
    "ReactionTable",
    "deployed_reactions",
    "reaction_table",
]
