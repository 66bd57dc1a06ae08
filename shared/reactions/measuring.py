"""Measuring the desk by its events."""

from shared.events import TicketCommented, TicketCreated, TicketEvent
from shared.outbox import Measures, Work
from shared.persistence import open_worker_database
from shared.telemetry import Unit, measure


class MeasureDesk:
    """Counts tickets, and how long they wait for the first reply.

    What is measured is recorded first: killed in between we count one too few, and a
    second delivery never counts twice.
    """

    name = "measure"

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def react(self, event: TicketEvent) -> None:
        """Measure what there is to measure about the event."""
        if not isinstance(event, TicketCreated | TicketCommented) or event.is_internal:
            return
        if (figures := self._measures.measure(event.id)) is None:
            return
        if isinstance(event, TicketCreated):
            measure({"TicketsCreated": (Unit.COUNT, 1)})
        if figures.first_reply_seconds is not None:
            measure({"FirstReply": (Unit.SECONDS, figures.first_reply_seconds)})


def open_measuring() -> MeasureDesk:
    """Return what measures a deployment."""
    return MeasureDesk(Work(open_worker_database()))
