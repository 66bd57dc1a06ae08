"""What follows from events, one class a consequence."""

from .reactions import (
    FillWebhooks,
    NotifyPeople,
    PublishToBus,
    Reaction,
    ReactionTable,
    reaction_table,
)

__all__ = [
    "FillWebhooks",
    "NotifyPeople",
    "PublishToBus",
    "Reaction",
    "ReactionTable",
    "reaction_table",
]
