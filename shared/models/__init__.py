"""The nouns of the help desk: frozen values, validated once, at the edge."""

from .base import Command, Fields, Flag, Line, Model, Moment, Prose
from .comments import Comment, CommentDraft, CommentRef, CommentVisibility
from .people import Me, Person, QueueRef, Role, RoleDefinition, RoleKey
from .queues import Queue, QueueCounts, QueueFilter, QueueSort
from .tickets import (
    Assignment,
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
    "CommentRef",
    "CommentVisibility",
    "Fields",
    "Flag",
    "Line",
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
    "StatusCategory",
    "StatusChange",
    "Ticket",
    "TicketDraft",
    "TicketPriority",
    "TicketRef",
    "TicketType",
    "WaitingParty",
]
