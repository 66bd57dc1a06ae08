"""Reading what the service levels of a ticket are computed from."""

from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database

from .history import SlaLog


class SlaLogs(Protocol):
    """What service levels are computed from."""

    def log(self, ticket: str) -> SlaLog:
        """Return the log of a ticket that the caller may see, or raise `NotFound`."""
        ...


class SlaLogRepository(SlaLogs):
    """The logs of tickets that the caller may see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def log(self, ticket: str) -> SlaLog:
        row = self._database.call("get_ticket_sla_log", {"ticket": ticket})
        return SlaLog.model_validate(row)
