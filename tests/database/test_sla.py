"""Calendars and policies: who sets them, what is refused, and which a ticket has."""

from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from shared.sla import SlaCalendarDraft, SlaLog, SlaPolicyDraft, explain

from .acting import refused
from .personas import PEOPLE
from .service_levels import TARGETS, make_calendar, make_policy

pytestmark = pytest.mark.slow


def change(db, policy, **changes):
    return db.call("admin", "change_sla_policy", policy=policy["id"], changes=changes)


def order(db):
    policies = db.call("agent", "list_sla_policies")
    assert [each["position"] for each in policies] == [*range(1, len(policies) + 1)]
    return [each["name"] for each in policies]


def explained(db, ticket, who="agent"):
    log = db.call(who, "get_ticket_sla_log", ticket=ticket["id"])
    return explain(SlaLog.model_validate(log))


@pytest.mark.parametrize("who", sorted(set(PEOPLE) - {"admin"}))
@pytest.mark.parametrize("make", [make_calendar, make_policy])
def test_only_administrators_set_service_levels(db, make, who):
    with refused("PT403", "denied"):
        make(db, who=who)


@pytest.mark.parametrize(
    "week",
    [
        {},
        {"mon": []},
        {"mon": ["17:00-09:00"]},
        {"mon": ["09:00-09:00"]},
        {"mon": ["09:00-24:30"]},
        {"mon": ["9:00-17:00"]},
        {"mon": ["09:00-12:00", "11:00-13:00"]},
        {"mon": ["09:00-12:00", "09:00-12:00"]},
        {"monday": ["09:00-17:00"]},
        {"mon": "09:00-17:00"},
        {"mon": [540]},
        [],
        None,
    ],
)
def test_hours_that_cannot_be_counted_are_refused_by_both(db, week):
    with refused("PT422", "invalid"):
        make_calendar(db, week=week)
    with pytest.raises(ValidationError):
        SlaCalendarDraft(name="Office", time_zone="UTC", week=week)


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(
        st.sampled_from(["mon", "sun", "Mon", ""]),
        st.lists(
            st.from_regex(r"[0-2][0-9]:[0-6]0-[0-2][0-9]:[0-6]0", fullmatch=True),
            max_size=3,
        ),
        max_size=2,
    )
)
@example({"mon": ["00:00-12:00", "12:00-24:00"]})
def test_both_sides_read_hours_alike(db, week):
    in_database = db.scalar("select private.is_working_week(%s)", Jsonb(week))

    try:
        SlaCalendarDraft(name="Office", time_zone="UTC", week=week)
    except ValidationError:
        assert not in_database
    else:
        assert in_database


def test_unknown_zones_are_refused(db):
    with refused("PT422", "invalid"):
        make_calendar(db, time_zone="Europe/Atlantis")


def test_calendars_in_use_are_kept(db):
    calendar = make_calendar(db)
    policy = make_policy(db, calendar_id=calendar["id"])

    with refused("PT409", "calendar-in-use"):
        db.call("admin", "delete_calendar", calendar=calendar["id"])
    change(db, policy, calendar_id=None)

    assert db.call("admin", "delete_calendar", calendar=calendar["id"])["id"]
    assert db.call("agent", "list_calendars") == []


def test_changes_ask_for_the_version_that_was_read(db):
    calendar = make_calendar(db)
    new = {"calendar": calendar["id"], "changes": {"holidays": ["2026-12-25"]}}

    changed = db.call("admin", "change_calendar", **new, expected_version=1)

    assert (changed["version"], changed["holidays"]) == (2, ["2026-12-25"])
    with refused("PT412", "stale"):
        db.call("admin", "change_calendar", **new, expected_version=1)


@pytest.mark.parametrize(
    "draft",
    [
        {"targets": {}},
        {"targets": {"first_reply": {}}},
        {"targets": {"first_reply": {"urgent": 0}}},
        {"targets": {"first_reply": {"urgent": 1.5}}},
        {"targets": {"first_reply": {"soon": 5}}},
        {"targets": {"reply": {"urgent": 5}}},
        {"conditions": {"type": []}},
        {"conditions": {"type": ["wish"]}},
        {"conditions": {"colour": ["red"]}},
        {"conditions": {"organization": ["nobody"]}},
        {"pauses": ["open"]},
        {"warn_before": 0},
        {"around_the_clock": ["reply"]},
    ],
    ids=str,
)
def test_policies_without_sense_are_refused_by_both(db, draft):
    with pytest.raises(psycopg.Error):
        make_policy(db, **draft)
    with pytest.raises(ValidationError):
        SlaPolicyDraft(**{"name": "Standard", "targets": TARGETS, **draft})


def test_what_there_is_not_is_no_condition(db):
    for conditions in ({"queue": ["nowhere"]}, {"organization": [str(uuid4())]}):
        with refused("PT422", "invalid-condition"):
            make_policy(db, conditions=conditions)


def test_policies_that_can_never_match_are_refused(db):
    make_policy(db, "Billing", conditions={"queue": ["billing"], "tag": ["VIP", "a"]})
    narrow = {"queue": ["billing"], "tag": ["vip"], "priority": ["urgent"]}

    with refused("PT409", "policy-never-matches"):
        make_policy(db, "Billing, urgent", conditions=narrow)
    make_policy(db, "Billing, urgent", conditions=narrow, position=1)
    all_tickets = make_policy(db, "All")
    with refused("PT409", "policy-never-matches"):
        make_policy(db, "After all", conditions={"type": ["task"]})
    with refused("PT409", "policy-never-matches"):
        change(db, all_tickets, position=2)

    assert order(db) == ["Billing, urgent", "Billing", "All"]


def test_policies_are_moved_and_deleted(db):
    a, b, c = (
        make_policy(db, kind, conditions={"type": [kind]})
        for kind in ("question", "incident", "problem")
    )

    change(db, c, position=1)
    assert order(db) == ["problem", "question", "incident"]
    change(db, c, position=99)
    assert order(db) == ["question", "incident", "problem"]
    db.call("admin", "delete_sla_policy", policy=a["id"])
    assert order(db) == ["incident", "problem"]
    db.call("admin", "delete_sla_policy", policy=c["id"])
    db.call("admin", "delete_sla_policy", policy=b["id"])
    assert order(db) == []


def test_a_ticket_has_the_first_policy_that_fits_and_changes_it(db):
    urgent = {"conditions": {"priority": ["urgent"]}}
    make_policy(db, "Urgent", **urgent, targets={"first_reply": {"urgent": 5}})
    make_policy(db, "Rest")
    ticket = db.create_ticket()

    before = explained(db, ticket)
    db.call(
        "agent", "update_ticket", ticket=ticket["id"], changes={"priority": "urgent"}
    )
    after = explained(db, ticket)

    assert (before.policy.name, after.policy.name) == ("Rest", "Urgent")
    targets = [
        each.metrics["first_reply"].runs[0].target_minutes for each in (before, after)
    ]
    assert targets == [240, 5]


def test_without_a_policy_there_is_nothing_to_explain(db):
    make_policy(db, conditions={"queue": ["billing"]})

    found = explained(db, db.create_ticket())

    assert (found.policy, found.metrics, found.sentences) == (None, {}, [])


@pytest.mark.parametrize("who", PEOPLE)
def test_those_who_work_its_queue_are_told_of_a_ticket(db, who):
    make_policy(db)
    ticket = db.create_ticket()

    if who in {"agent", "neighbour", "lead", "admin"}:
        found = explained(db, ticket, who)
        assert found.metrics["first_reply"].state == "running"
    else:
        sees = who in {"customer", "colleague"}
        with refused("PT403" if sees else "PT404", "denied" if sees else "not-found"):
            explained(db, ticket, who)


def test_a_policy_is_for_tickets_that_are_opened_since(db):
    ticket = db.create_ticket()
    make_policy(db)
    db.execute("update private.sla_policies set valid_from = now() + interval '1 s'")

    assert explained(db, ticket).policy is None


@pytest.mark.parametrize(
    "day", ["infinity", "-infinity", "294000-01-01", "0044-03-15 BC"]
)
def test_days_that_python_does_not_know_are_no_holidays(db, day):
    with refused("PT422", "invalid"):
        make_calendar(db, holidays=[day])


def test_conditions_are_bounded(db):
    with refused("PT422", "invalid"):
        make_policy(db, conditions={"tag": [f"t{n}" for n in range(101)]})


def test_notes_leave_no_trace_in_what_is_explained(db):
    make_policy(db)
    ticket = db.create_ticket()
    before = db.call("agent", "get_ticket_sla_log", ticket=ticket["id"])

    db.note(ticket)
    after = db.call("agent", "get_ticket_sla_log", ticket=ticket["id"])

    assert after["events"] == before["events"]
