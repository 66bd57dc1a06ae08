"""A ticket with what a screen shows beside it, in one request."""

from .details import (
    Part,
    TicketDetail,
    TicketDetailReader,
    TicketDetailRepository,
)

__all__ = ["Part", "TicketDetail", "TicketDetailReader", "TicketDetailRepository"]
