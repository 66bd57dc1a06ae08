"""Calendars, policies and logs as `cases.json` writes them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.types import StatusCategory, TicketPriority
from shared.sla.calendars import (
    AROUND_THE_CLOCK,
    Calendar,
    WithinCalendar,
    WorkingHours,
)
from shared.sla.engine import (
    Commented,
    MergedAway,
    Metric,
    Opened,
    Policy,
    PriorityChanged,
    StatusChanged,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def minutes(text):
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def calendar(case):
    return Calendar(
        zone=ZoneInfo(case["zone"]),
        week={
            number: tuple(
                WorkingHours(*map(minutes, hours.split("-"))) for hours in case[day]
            )
            for number, day in enumerate(DAYS)
            if day in case
        },
        holidays=frozenset(map(date.fromisoformat, case.get("holidays", ()))),
    )


def business_time(case):
    return AROUND_THE_CLOCK if case.get("clock") else WithinCalendar(calendar(case))


def policy(case):
    return Policy(
        targets={
            Metric(metric): {
                TicketPriority(priority): timedelta(minutes=target)
                for priority, target in targets.items()
            }
            for metric, targets in case["targets"].items()
        },
        pauses=frozenset(map(StatusCategory, case["pause"])),
        around_the_clock=frozenset(map(Metric, case.get("clock_metrics", ()))),
    )


def entry(case):
    at = datetime.fromisoformat(case["at"])
    match case["type"]:
        case "created":
            priority = TicketPriority(case["priority"])
            return Opened(at, priority, by_staff=case["by"] == "agent")
        case "comment":
            by_staff = case["by"] == "agent"
            return Commented(at, by_staff=by_staff, is_public=case["public"])
        case "status":
            return StatusChanged(at, StatusCategory(case["to"]))
        case "priority":
            return PriorityChanged(at, TicketPriority(case["to"]))
        case "merged_away":
            return MergedAway(at)
    raise ValueError(case["type"])
