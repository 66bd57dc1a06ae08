"""The nouns of the help desk: frozen values, validated once, at the edge."""

from .base import Command, Fields, Line, Model, Prose
from .comments import Comment, CommentDraft, CommentVisibility
from .people import Availability, Me, Person, QueueRef, Role, RoleDefinition, RoleKey
from .queues import Queue, QueueCounts, QueueFilter, QueueSort
from .tickets import (
    Assignment,
    StatusCategory,
    StatusChange,
    Tag,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketPriority,
    TicketRef,
    TicketType,
    WaitingParty,
)

__all__ = [
    "Assignment",
    "Availability",
    "Command",
    "Comment",
    "CommentDraft",
    "CommentVisibility",
    "Fields",
    "Line",
    "Me",
    "Model",
    "Person",
    "Prose",
    "Queue",
    "QueueCounts",
    "QueueFilter",
    "QueueRef",
    "QueueSort",
    "Role",
    "RoleDefinition",
    "RoleKey",
    "StatusCategory",
    "StatusChange",
    "Tag",
    "Ticket",
    "TicketChange",
    "TicketDraft",
    "TicketPriority",
    "TicketRef",
    "TicketType",
    "WaitingParty",
]
