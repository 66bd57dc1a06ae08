"""Snoozing tickets over PostgREST."""

from typing_extensions import override

from shared.core.persistence import Database

from .models import Snooze, Ticket, TicketRef
from .ports import TicketSnoozing


class TicketSnoozeRepository(TicketSnoozing):
    """Snoozed tickets as the caller may change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def snooze(self, ticket: TicketRef, snooze: Snooze, version: int | None) -> Ticket:
        arguments = {"ticket": ticket, "expected_version": version}
        answer = self._database.call(
            "snooze_ticket", {**arguments, **snooze.model_dump(mode="json")}
        )
        return Ticket.model_validate(answer)

    @override
    def unsnooze(self, ticket: TicketRef, version: int | None) -> Ticket:
        arguments = {"ticket": ticket, "expected_version": version}
        return Ticket.model_validate(self._database.call("unsnooze_ticket", arguments))


class Automations:
    """What happens to tickets by time alone; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run_due(self) -> int:
        """Wake, remind and solve what is due; return to how many it happened."""
        return int(self._database.call("run_automations", {}))
