"""Where things are kept. Use cases see the protocols, never tables or functions."""

from .comments import Comments
from .people import People, Roles
from .ports import (
    Attention,
    Conversation,
    PeopleReader,
    QueueReader,
    RoleKeeper,
    TicketPage,
    TicketReader,
    TicketWriter,
)
from .queues import Queues
from .tickets import TICKET, TicketClock, Tickets

__all__ = [
    "TICKET",
    "Attention",
    "Comments",
    "Conversation",
    "People",
    "PeopleReader",
    "QueueReader",
    "Queues",
    "RoleKeeper",
    "Roles",
    "TicketClock",
    "TicketPage",
    "TicketReader",
    "TicketWriter",
    "Tickets",
]
