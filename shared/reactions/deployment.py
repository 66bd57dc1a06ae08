"""The reactions of a deployment, wired from its environment."""

from functools import partial

from shared.assignment import WorkGiver
from shared.aws import EventBridgeBus, wake
from shared.outbox import Work
from shared.settings import FanOutSettings

from .measuring import MeasureDesk
from .reactions import ReactionTable, reaction_table
from .telling import FillWebhooks, NotifyPeople, PublishToBus
from .working import AssignWork


def deployed_reactions(work: Work, giver: WorkGiver) -> ReactionTable:
    """Return the table that process_events runs."""
    settings = FanOutSettings.read()
    return reaction_table(
        NotifyPeople(work),
        FillWebhooks(work, partial(wake, settings.webhook_queue_url)),
        MeasureDesk(work),
        PublishToBus(EventBridgeBus(settings.event_bus_name), work),
        work=[AssignWork(giver)],
    )
