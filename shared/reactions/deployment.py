"""The reactions of a deployment, wired from its environment."""

from functools import partial

from shared.aws import EventBridgeBus, wake
from shared.boards import StatusTeller
from shared.outbox import Work
from shared.settings import FanOutSettings

from .reactions import (
    FillWebhooks,
    NotifyPeople,
    PublishToBus,
    ReactionTable,
    RefreshQueueStatus,
    reaction_table,
)


def deployed_reactions(work: Work, teller: StatusTeller) -> ReactionTable:
    """Return the table that process_events runs."""
    settings = FanOutSettings.read()
    return reaction_table(
        RefreshQueueStatus(teller, partial(wake, settings.status_queue_url)),
        NotifyPeople(work),
        FillWebhooks(work, partial(wake, settings.webhook_queue_url)),
        PublishToBus(EventBridgeBus(settings.event_bus_name), work),
    )
