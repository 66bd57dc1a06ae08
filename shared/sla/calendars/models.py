"""Calendars, as created, changed and shown."""

from datetime import date
from itertools import pairwise
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from shared.core.types import Change, Command, Model, SingleLine

from .business_time import AROUND_THE_CLOCK, BusinessTime, WithinCalendar
from .calendars import Calendar, WorkingHours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("must be the name of a time zone, such as Europe/Berlin")
    return zone


def _as_hours(text: str) -> WorkingHours:
    """Read hours that are written as 09:00-17:00."""
    begin, end = (
        int(hour) * 60 + int(minute)
        for hour, minute in (time.split(":") for time in text.split("-"))
    )
    return WorkingHours(begin, end)


def _one_after_another(texts: list[str]) -> list[str]:
    hours = sorted(map(_as_hours, texts))
    if any(begin >= end for begin, end in hours):
        raise ValueError("must each end after they begin; a night is two of them")
    if any(one.end > other.begin for one, other in pairwise(hours)):
        raise ValueError("must not overlap")
    return sorted(texts)


Hours = Annotated[
    list[Annotated[str, Field(pattern=_HOURS)]],
    Field(max_length=20, examples=[["09:00-12:00", "13:00-17:00"]]),
    AfterValidator(_one_after_another),
]


class Week(Command):
    """The working hours of each day; a day that is left out has none."""

    mon: Hours = Field(default=[])
    tue: Hours = Field(default=[])
    wed: Hours = Field(default=[])
    thu: Hours = Field(default=[])
    fri: Hours = Field(default=[])
    sat: Hours = Field(default=[])
    sun: Hours = Field(default=[])


def _with_hours(week: Week) -> Week:
    if not any(getattr(week, day) for day in DAYS):
        raise ValueError("must have working hours on some day, or nothing is ever due")
    return week


Name = Annotated[SingleLine, Field(min_length=1, max_length=120)]
TimeZone = Annotated[
    str, AfterValidator(_known_zone), Field(examples=["Europe/Berlin"])
]
WorkingWeek = Annotated[Week, AfterValidator(_with_hours)]
Holidays = Annotated[
    list[date],
    Field(max_length=1000, description="Dates that are closed, in its time zone."),
]
OFFICE = Week(**{day: ["09:00-17:00"] for day in DAYS[:5]})


class SlaCalendarDraft(Command):
    """A calendar to create."""

    name: Name
    time_zone: TimeZone
    week: WorkingWeek = Field(
        examples=[OFFICE.model_dump(exclude_unset=True)],
        description="Working hours by day. The end does not belong to them.",
    )
    holidays: Holidays = Field(default=[])


class SlaCalendarChange(Change):
    """A change to a calendar; each field that is sent is replaced as a whole."""

    name: Name = ""
    time_zone: TimeZone = "UTC"
    week: WorkingWeek = OFFICE
    holidays: Holidays = Field(default=[])


class SlaCalendar(Model):
    """When a team works."""

    id: UUID
    name: str
    time_zone: str
    week: Week
    holidays: list[date]
    version: int


def business_time_of(calendar: SlaCalendar | None) -> BusinessTime:
    """Return how time counts by a calendar; around the clock without one."""
    if calendar is None:
        return AROUND_THE_CLOCK
    week = {
        number: tuple(map(_as_hours, getattr(calendar.week, day)))
        for number, day in enumerate(DAYS)
    }
    return WithinCalendar(
        Calendar(
            zone=ZoneInfo(calendar.time_zone),
            week=week,
            holidays=frozenset(calendar.holidays),
        )
    )
