"""The enumerations that ticket events and several rooms share."""

from enum import StrEnum


class TicketType(StrEnum):
    """What a ticket asks for; each type has its own strategy."""

    QUESTION = "question"
    INCIDENT = "incident"
    PROBLEM = "problem"
    TASK = "task"


class TicketPriority(StrEnum):
    """How soon a ticket wants attention, soonest first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class StatusCategory(StrEnum):
    """What a status means to rules, targets and reports."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"


class CommentVisibility(StrEnum):
    """Who reads a comment: everybody on the ticket, or staff alone."""

    PUBLIC = "public"
    INTERNAL = "internal"
