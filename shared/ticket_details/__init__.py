"""A ticket with what a screen shows beside it, in one request."""

from .models import Part, TicketDetail
from .repository import TicketDetailReader, TicketDetailRepository

__all__ = ["Part", "TicketDetail", "TicketDetailReader", "TicketDetailRepository"]
