"""Calendars and policies of the tests."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.sla import DueTimeRepository
from tests.fakes.aws import FakeAws

from .acting import WORKER, Json
from .failing import Outside

OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
TARGETS = {"first_reply": {"urgent": 30, "normal": 240}}
BERLIN = ZoneInfo("Europe/Berlin")


def at(day, time):
    """Return a time of the office in November or, from the 1st on, December 2026."""
    month = 11 if day >= 16 else 12
    return datetime(2026, month, day, *map(int, time.split(":")), tzinfo=BERLIN)


class As:
    """The database as functions call it for somebody."""

    def __init__(self, db, who):
        self._outside, self._who = Outside(db, FakeAws()), who

    def call(self, function, arguments):
        given = {name: each for name, each in arguments.items() if each is not None}
        return self._outside.call_database(function, given, self._who)


def as_worker(db):
    return As(db, WORKER)


def due_times(db):
    return DueTimeRepository(as_worker(db))


def compute(db, *tickets):
    due_times(db).compute([each["id"] for each in tickets])


def sweep(db):
    """Sweep until there is nothing left, and return what was done in all."""
    done = {"breached": 0, "warned": 0, "escalated": 0}
    while (each := due_times(db).sweep()).swept:
        done = {name: count + getattr(each, name) for name, count in done.items()}
    return done


def make_calendar(db, name="Office", week=OFFICE, who="admin", **draft):
    draft = {"time_zone": "Europe/Berlin", **draft}
    return db.call(who, "create_calendar", name=name, week=_json(week), **draft)


def _json(value):
    return Json(value) if isinstance(value, list) else value


def make_policy(db, name="Standard", who="admin", **draft):
    draft = {"name": name, "targets": TARGETS, **draft}
    return db.call(who, "create_sla_policy", draft=draft)
