"""What service levels are computed from: the events of a ticket, and the terms."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from shared.core.types import Model
from shared.sla.calendars import BusinessTime, SlaCalendar, business_time_of
from shared.sla.policies import SlaPolicy


class LoggedEvent(Model):
    """An event of a ticket, as far as service levels depend on it."""

    type: str
    at: datetime
    is_by_requester: bool
    after: Mapping[str, Any]


class SlaTerms(Model):
    """All policies and calendars, as they were since some time."""

    id: int
    since: datetime
    policies: Sequence[SlaPolicy]
    calendars: Sequence[SlaCalendar]

    def calendar_of(self, policy: SlaPolicy) -> SlaCalendar | None:
        """Return the calendar of a policy; None for around the clock."""
        return self._by_id.get(policy.calendar_id) if policy.calendar_id else None

    def business_time_of(self, policy: SlaPolicy) -> BusinessTime:
        """Return how time counts for a policy; kept, since its years are computed."""
        calendar = self.calendar_of(policy)
        if calendar is None:
            return business_time_of(None)
        return self._times[calendar.id]

    @cached_property
    def _by_id(self) -> dict[UUID, SlaCalendar]:
        return {each.id: each for each in self.calendars}

    @cached_property
    def _times(self) -> dict[UUID, BusinessTime]:
        return {each.id: business_time_of(each) for each in self.calendars}


class SlaLog(Model):
    """All that the service levels of a ticket are computed from.

    Attributes:
        seq: of its last event, the ones that do not matter here included.
        terms: those that applied when it was opened, and all later ones, in order.
    """

    ticket_id: UUID
    organization_id: UUID | None
    now: datetime
    seq: int
    terms: Sequence[SlaTerms]
    events: Sequence[LoggedEvent]
