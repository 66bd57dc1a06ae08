"""The nouns of the help desk: frozen values, validated once, at the edge."""

from .base import Command, Fields, Line, Model, Prose
from .comments import Comment, CommentDraft, CommentVisibility
from .people import Me, Person, QueueRef, Role, RoleDefinition, RoleKey
from .queues import (
    KeptFilter,
    Moment,
    Queue,
    QueueCounts,
    QueueFilter,
    QueueSort,
    Selection,
    Total,
)
from .tickets import (
    Assignment,
    Look,
    Looked,
    StatusCategory,
    StatusChange,
    Ticket,
    TicketDraft,
    TicketPriority,
    TicketRef,
    TicketType,
    WaitingParty,
)

__all__ = [
    "Assignment",
    "Command",
    "Comment",
    "CommentDraft",
    "CommentVisibility",
    "Fields",
    "KeptFilter",
    "Line",
    "Look",
    "Looked",
    "Me",
    "Model",
    "Moment",
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
    "Selection",
    "StatusCategory",
    "StatusChange",
    "Ticket",
    "TicketDraft",
    "TicketPriority",
    "TicketRef",
    "TicketType",
    "Total",
    "WaitingParty",
]
