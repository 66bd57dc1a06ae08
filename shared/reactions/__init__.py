"""What follows from events, one class a consequence."""

from .deployment import deployed_reactions
from .reactions import (
    AssignWork,
    FillWebhooks,
    MeasureDesk,
    NotifyPeople,
    PublishToBus,
    Reaction,
    ReactionTable,
    reaction_table,
)

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
