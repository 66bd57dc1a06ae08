"""Run the reactions to one event that are still to be done."""

from functools import lru_cache
from uuid import UUID

from aws_lambda_powertools import Logger

from shared.core.errors import Unavailable
from shared.core.observability import correlation_scope
from shared.outbox import EventMessage, Outbox, open_outbox
from shared.reactions import ReactionTable, deployed_reactions

log = Logger(child=True)


class EventProcess:
    """Every reaction to an event, each once, whatever was delivered twice."""

    def __init__(self, outbox: Outbox, table: ReactionTable) -> None:
        self._outbox = outbox
        self._table = table

    def take(self, message: str) -> None:
        """React to the event that a message of the queue names.

        Raises:
            ValidationError: it is no message about an event.
            Unavailable: nothing can be done now; the queue delivers again.
        """
        named = EventMessage.model_validate_json(message)
        with correlation_scope(named.correlation_id):
            self.run(named.event_id)

    def run(self, event_id: UUID) -> None:
        """React to an event as it stands in the database, if it is still pending.

        Raises:
            Unavailable: nothing can be done now; the queue delivers again.
        """
        pending = self._outbox.read(event_id)
        if pending is None:
            return
        event = pending.event
        for reaction in self._table.get(type(event), ()):
            if reaction.name in pending.done:
                continue
            try:
                reaction.react(event)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001, one poisoned event blocks no other
                self._retry_later(event_id, reaction.name, error)
                return
        self._outbox.finish(event.id)
        log.info("reacted", event_id=str(event.id), type=event.type)

    def _retry_later(self, event_id: UUID, reaction: str, error: Exception) -> None:
        """Record what failed, by name only: error messages may quote a person."""
        failure = f"{reaction}: {type(error).__name__}"
        dead = self._outbox.fail(event_id, failure)
        log.error("reaction failed", event_id=str(event_id), dead_lettered=dead)


@lru_cache(maxsize=1)
def get_process() -> EventProcess:
    """Wire the reactions of this deployment, once an environment."""
    return EventProcess(open_outbox(), deployed_reactions())
