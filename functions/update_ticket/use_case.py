"""Change a ticket so that it still has the fields that its type cannot do without."""

from shared.core.errors import Stale
from shared.tickets import Ticket, TicketChange, TicketReader, TicketRef, TicketWriter
from shared.tickets.types import require_fields

READINGS = 3
"""How often a ticket is read again that changed while it was looked at."""


class TicketUpdate:
    """Changes tickets."""

    def __init__(self, reader: TicketReader, writer: TicketWriter) -> None:
        self._reader = reader
        self._writer = writer

    def __call__(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> Ticket:
        """Return the ticket as changed; what is so already changes nothing.

        Raises:
            Invalid: the type needs fields that the ticket would lack.
            Stale: it is not at the version that the caller has read.
        """
        if change.type is None and change.data is None:
            return self._writer.update(ticket, change, version)
        for _ in range(READINGS):
            seen = self._judge(ticket, change, version)
            try:
                return self._writer.update(ticket, change, version or seen)
            except Stale:
                if version is not None:
                    raise
        raise Stale("The ticket keeps changing. Try again.")

    def _judge(
        self, ticket: TicketRef, change: TicketChange, version: int | None
    ) -> int:
        """Return the version that was judged, unless the caller's is already past."""
        read = self._reader.get(ticket)
        if version not in (None, read.version):
            raise Stale(
                f"The ticket has changed since you read it: it is at version"
                f" {read.version}."
            )
        # The database merges; what a type needs are whole fields, replaced or removed.
        fields = {**read.data, **(change.data or {})}
        present = {name: value for name, value in fields.items() if value is not None}
        require_fields(change.type or read.type, present)
        return read.version
