"""Every minute: how long queues are, and how far the workers are behind, in numbers."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.gauges import Gauges
from shared.handlers import working
from shared.persistence import open_worker_database
from shared.telemetry import Unit, measure


def get_gauges() -> Gauges:
    """The gauges of this deployment."""
    return Gauges(open_worker_database())


@working
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Write what is so now; a run that is lost or doubled makes no difference."""
    gauges = get_gauges()
    lag = gauges.lag()
    measure(
        {
            "OwedEvents": (Unit.COUNT, lag.owed),
            "ParkedEvents": (Unit.COUNT, lag.parked),
            "OldestOwedEvent": (Unit.SECONDS, lag.oldest_seconds),
        }
    )
    # A number that is told costs 0.30 USD a month, so queues in which nobody waits are
    # left out.
    for queue in (each for each in gauges.queues() if each.waiting):
        measure(
            {
                "TicketsWaiting": (Unit.COUNT, queue.waiting),
                "OldestWait": (Unit.SECONDS, queue.oldest_wait_seconds),
            },
            queue=queue.key,
        )
