"""What follows from events, one class a consequence."""

from .deployment import deployed_reactions
from .reactions import (
    FillWebhooks,
    NotifyPeople,
    PublishToBus,
    Reaction,
    ReactionTable,
    RefreshQueueStatus,
    reaction_table,
)

__all__ = [
    "FillWebhooks",
    "NotifyPeople",
    "PublishToBus",
    "Reaction",
    "ReactionTable",
    "RefreshQueueStatus",
    "deployed_reactions",
    "reaction_table",
]
