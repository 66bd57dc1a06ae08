"""What follows from events, one class a consequence."""

from .deployment import deployed_reactions
from .reactions import (
    FillWebhooks,
    MeasureDesk,
    NotifyPeople,
    PublishToBus,
    Reaction,
    ReactionTable,
    reaction_table,
)

__all__ = [
    "FillWebhooks",
    "MeasureDesk",
    "NotifyPeople",
    "PublishToBus",
    "Reaction",
    "ReactionTable",
    "deployed_reactions",
    "reaction_table",
]
