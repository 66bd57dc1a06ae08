"""Policies: how soon a ticket is answered and solved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from shared.core.types import StatusCategory, TicketPriority
from shared.sla.calendars import AROUND_THE_CLOCK, BusinessTime


class Metric(StrEnum):
    """What a policy has targets for."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"


@dataclass(frozen=True)
class Terms:
    """What a metric is held to: the time it may take, and how time is counted.

    Without a target nothing is ever due; the time that is used counts for a later one.

    Attributes:
        target: how long it may take.
        time: how time is counted.
        warn_before: how much of the target is left when a warning is given.
        priority: whose target it is.
        policy: the id of the policy that says so.
    """

    target: timedelta | None
    time: BusinessTime
    warn_before: timedelta | None = None
    priority: TicketPriority = TicketPriority.NORMAL
    policy: UUID | None = None


@dataclass(frozen=True)
class Policy:
    """The targets of tickets, by metric and priority.

    Attributes:
        targets: how long a metric may take; a priority that is left out has no target.
        pauses: the status categories in which the resolution is not counted.
        around_the_clock: the metrics that count all time instead of working time.
        warn_before: how much of a target is left when a warning is given.
        id: its identity, for whoever is told what applied.
    """

    targets: Mapping[Metric, Mapping[TicketPriority, timedelta]]
    pauses: frozenset[StatusCategory] = frozenset({StatusCategory.PENDING})
    around_the_clock: frozenset[Metric] = frozenset()
    warn_before: timedelta | None = None
    id: UUID | None = None

    def terms(
        self, metric: Metric, priority: TicketPriority, business_time: BusinessTime
    ) -> Terms:
        """Return what a metric of a ticket is held to."""
        return Terms(
            target=self.targets.get(metric, {}).get(priority),
            time=AROUND_THE_CLOCK if metric in self.around_the_clock else business_time,
            warn_before=self.warn_before,
            priority=priority,
            policy=self.id,
        )
