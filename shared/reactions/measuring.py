"""Metrics of tickets, measured by their events."""

from shared.core.events import TicketCommented, TicketCreated, TicketEvent
from shared.core.observability import Unit, measure
from shared.outbox import EventMeasurements, open_outbox


class MeasureTickets:
    """Counts tickets, and how long they wait for the first reply.

    What is measured is recorded first: killed in between we count one too few, and a
    second delivery never counts twice.
    """

    name = "measure"

    def __init__(self, measures: EventMeasurements) -> None:
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


def open_measuring() -> MeasureTickets:
    """Return the reaction that measures, wired from the environment."""
    return MeasureTickets(open_outbox())
