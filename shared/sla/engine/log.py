"""The log of a ticket, as far as service levels depend on it."""

from dataclasses import dataclass
from datetime import datetime

from shared.core.types import StatusCategory, TicketPriority
from shared.sla.calendars import BusinessTime

from .policies import Metric, Policy


@dataclass(frozen=True)
class Entry:
    """Something that happened to a ticket; `at` is aware."""

    at: datetime


@dataclass(frozen=True)
class Opened(Entry):
    """The ticket was opened, by its requester or by staff."""

    priority: TicketPriority
    by_staff: bool


@dataclass(frozen=True)
class Commented(Entry):
    """Somebody wrote; `is_public` is false for an internal note."""

    by_staff: bool
    is_public: bool


@dataclass(frozen=True)
class StatusChanged(Entry):
    """The ticket moved to a status of another category."""

    category: StatusCategory


@dataclass(frozen=True)
class PriorityChanged(Entry):
    """The ticket got another priority."""

    priority: TicketPriority


@dataclass(frozen=True)
class PolicyChanged(Entry):
    """Another policy applies to the ticket from now on, or its policy has changed."""

    policy: Policy
    business_time: BusinessTime


@dataclass(frozen=True)
class BreachRecorded(Entry):
    """A breach was written into the history, from where nothing takes it back.

    `run` counts the runs of the metric from 1.
    """

    metric: Metric
    run: int
    breached_at: datetime


@dataclass(frozen=True)
class MergedAway(Entry):
    """The ticket was merged into another one."""
