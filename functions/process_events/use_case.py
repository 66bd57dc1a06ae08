"""Run what is still to be done about one event."""

from uuid import UUID

from aws_lambda_powertools import Logger

from shared.errors import Unavailable
from shared.outbox import EventWork, read_message
from shared.reactions import ReactionTable
from shared.telemetry import follow

log = Logger(child=True)


class EventProcess:
    """Every reaction to an event, each once, whatever was delivered twice."""

    def __init__(self, work: EventWork, table: ReactionTable) -> None:
        self._work = work
        self._table = table

    def take(self, message: str) -> None:
        """React to the event that a message of the queue names."""
        event = read_message(message)
        with follow(event.correlation_id):
            self.run(event.id)

    def run(self, event_id: UUID) -> None:
        """React to an event as it stands in the database; a message is only a hint.

        Raises:
            Unavailable: nothing can be done now; the queue delivers again.
        """
        owed = self._work.read(event_id)
        if owed is None:
            return
        for reaction in self._table.get(type(owed.event), ()):
            if reaction.name in owed.done:
                continue
            try:
                reaction.react(owed.event)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001, one poisoned event blocks no other
                self._put_off(event_id, reaction.name, error)
                return
        self._work.finish(event_id)
        log.info("reacted", event_id=str(event_id), type=owed.event.type)

    def _put_off(self, event_id: UUID, reaction: str, error: Exception) -> None:
        """Note what failed, by name only: messages may quote a person."""
        parked = self._work.fail(event_id, f"{reaction}: {type(error).__name__}")
        log.error("reaction failed", event_id=str(event_id), parked=parked)
