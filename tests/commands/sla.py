"""Service levels: calendars and policies."""

from tests.database.acting import ActingConnection

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    on_ticket,
    reading,
    unrelated,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import command, query
from .values import ID, KEY, NAME, NOBODY, VERSION, of

SETS = any_of("sla.manage")
MANAGES = {"sla.manage": lose_permission("sla.manage")}
WEEK = {"mon": ["09:00-17:00"]}
WEEKS = [None, [], {}, {"mon": []}, {"mon": ["17:00-09:00"]}, {"mon": "09:00-17:00"},
         {"monday": ["09:00-17:00"]}, {"mon": ["09:00-12:00", "11:00-13:00"]},
         ]  # fmt: skip
HOLIDAYS = [["tomorrow"], ["2026-02-30"], [None], "2026-12-25"]
ZONES = ["", "Europe/Atlantis", "CEST+2", "\0"]
TARGETS = {"first_reply": {"urgent": 30}}
POLICY = [
    [], {"colour": "red"}, *of("name", [*NAME, 7]),
    *of("targets", [None, [], {}, {"first_reply": {}}, {"first_reply": {"urgent": 0}},
                    {"first_reply": {"urgent": "30"}}, {"reply": {"urgent": 5}}]),
    *of("conditions", [[], {"type": ["wish"]}, {"queue": []}, {"queue": ["nowhere"]},
                       {"organization": ["nobody"]}, {"colour": ["red"]}]),
    *of("calendar_id", ["nope", NOBODY]), *of("pauses", [["open"], "pending", [None]]),
    *of("around_the_clock", [["reply"], [1]]), *of("warn_before", [0, -5, "soon"]),
    *of("position", ["first", None, 1.5]),
]  # fmt: skip


def _calendar(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    return {"name": f"Of {who}", "time_zone": "UTC", "week": WEEK}


def _policy(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    conditions = {"tag": [who]}
    return {
        "draft": {"name": f"Of {who}", "targets": TARGETS, "conditions": conditions}
    }


COMMANDS = {
    "list_calendars": Command(Case(reading(), unseen="PT403")),
    "get_calendar": Command(
        Case(reading(), lambda w: {"calendar": w.calendar}, unseen="PT403")
    ),
    "create_calendar": Command(
        Case(SETS, lambda _: {"name": "C", "time_zone": "UTC", "week": WEEK}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/calendars",
            lambda w: {"name": "Two ways", "time_zone": "UTC", "week": WEEK},
            {
                "name": NAME, "time_zone": ZONES, "week": WEEKS, "holidays": HOLIDAYS,
                "idempotency_key": KEY,
            },
        ),
        replays=(Replay(ADMINS, _calendar, MANAGES),),
    ),
    "change_calendar": Command(
        Case(SETS, lambda w: {"calendar": w.calendar, "changes": {"name": "C"}}),
        step=unrelated,
        both_ways=Route(
            "PATCH /v1/calendars/{calendar}",
            lambda w: {"calendar": w.calendar, "changes": {"name": "Two ways"}},
            {
                "calendar": [*ID, NOBODY], "expected_version": VERSION,
                "changes": [
                    [], {"colour": "red"}, *of("name", [*NAME, 7]),
                    *of("time_zone", ZONES), *of("week", WEEKS),
                    *of("holidays", HOLIDAYS),
                ],
            },
        ),
    ),
    "delete_calendar": Command(
        Case(SETS, lambda w: {"calendar": w.calendar}),
        step=unrelated,
        both_ways=Route(
            "DELETE /v1/calendars/{calendar}", lambda w: {"calendar": NOBODY},
            {"calendar": [*ID, NOBODY]},
        ),
    ),
    "list_sla_policies": Command(Case(reading(), unseen="PT403")),
    "get_sla_policy": Command(
        Case(reading(), lambda w: {"policy": w.policy}, unseen="PT403")
    ),
    "create_sla_policy": Command(
        Case(
            SETS,
            lambda _: {
                "draft": {"name": "P", "targets": TARGETS, "conditions": {"tag": ["p"]}}
            },
        ),
        step=unrelated,
        both_ways=Route(
            "POST /v1/sla-policies",
            lambda w: {"draft": {"name": "Two ways", "targets": TARGETS}},
            {
                "draft": [{"name": "P", "targets": TARGETS} | (each or {"name": 7})
                          for each in POLICY],
                "idempotency_key": KEY,
            },
            body=lambda arguments: arguments["draft"],
        ),
        replays=(Replay(ADMINS, _policy, MANAGES),),
    ),
    "change_sla_policy": Command(
        Case(SETS, lambda w: {"policy": w.policy, "changes": {"name": "P"}}),
        step=unrelated,
        both_ways=Route(
            "PATCH /v1/sla-policies/{policy}",
            lambda w: {"policy": w.policy, "changes": {"name": "Two ways"}},
            {
                "policy": [*ID, NOBODY], "expected_version": VERSION,
                "changes": POLICY,
            },
        ),
    ),
    "delete_sla_policy": Command(
        Case(SETS, lambda w: {"policy": w.policy}),
        step=unrelated,
        both_ways=Route(
            "DELETE /v1/sla-policies/{policy}", lambda w: {"policy": NOBODY},
            {"policy": [*ID, NOBODY]},
        ),
    ),
    "get_ticket_sla_log": Command(Case(reading(), on_ticket())),
    "get_sla_report": Command(
        Case(any_of("reports.read"), lambda _: {"by_dimension": "queue"})
    ),
    "read_sla_simulation": Command(
        Case(
            SETS,
            lambda _: {"draft": {"name": "P", "targets": TARGETS}, "days": 30},
        )
    ),
    "get_sla_recompute": Command(Case(reading(), unseen="PT403")),
}  # fmt: skip
FUNCTIONS = {
    "ManageCalendars": command(),
    "ManagePolicies": command(),
    "ExplainSla": query(),
    "ReportSla": query(),
    "SimulatePolicy": command(),
}
