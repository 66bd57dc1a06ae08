"""Calendars: when a support team works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo, reset_tzpath

# The zones of the locked package alone, on every machine: images of Lambda came with
# odd zone data or none, and due times must not depend on where they are computed.
reset_tzpath(to=())

DAY = 24 * 60
"""The minutes of a day on the wall clock."""


class WorkingHours(NamedTuple):
    """A part of a day, in minutes of the wall clock since midnight.

    The end does not belong to it: at 17:00 it is closed. 1440 is the end of the day; a
    shift over midnight is two of them.
    """

    begin: int
    end: int


@dataclass(frozen=True)
class Calendar:
    """The working hours of a team, in its own time zone.

    Attributes:
        zone: where its wall clock stands; not where the customer is.
        week: the working hours by day, from 0 for Monday to 6 for Sunday; those of a
            day may touch and do not overlap.
        holidays: local dates that are closed, whatever day of the week they are.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[WorkingHours, ...]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def hours_of(self, day: date) -> tuple[WorkingHours, ...]:
        """Return the working hours of a local date."""
        if day in self.holidays:
            return ()
        return self.week.get(day.weekday(), ())
