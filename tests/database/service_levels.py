"""Calendars and policies of the tests."""

from .acting import Json

OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
TARGETS = {"first_reply": {"urgent": 30, "normal": 240}}


def make_calendar(db, name="Office", week=OFFICE, who="admin", **draft):
    draft = {"time_zone": "Europe/Berlin", **draft}
    return db.call(who, "create_calendar", name=name, week=_json(week), **draft)


def _json(value):
    return Json(value) if isinstance(value, list) else value


def make_policy(db, name="Standard", who="admin", **draft):
    draft = {"name": name, "targets": TARGETS, **draft}
    return db.call(who, "create_sla_policy", draft=draft)
