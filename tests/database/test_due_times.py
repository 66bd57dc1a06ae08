"""Due times that are kept: right after every event, and never older than the last."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from shared.sla import (
    SimulationDraft,
    SimulationRepository,
    SlaLog,
    SlaReport,
    explain,
)
from shared.sla.projections import project
from shared.tickets import Ticket
from tests.moving_time import pass_time, set_time

from .acting import WORKER, refused
from .arrange import define_field, move_to_queue
from .assigning import make_available
from .personas import PEOPLE, id_of
from .service_levels import (
    As,
    as_worker,
    at,
    compute,
    due_times,
    make_calendar,
    make_policy,
    sweep,
)

pytestmark = pytest.mark.slow
NOBODY = "00000000-0000-4000-8000-000000000000"
TARGETS = {
    "first_reply": {"urgent": 30, "high": 60, "normal": 240},
    "next_reply": {"urgent": 30, "high": 60, "normal": 240},
    "resolution": {"urgent": 240, "high": 480, "normal": 960},
}


def office(db, **draft):
    set_time(db.connection, at(16, "09:00"))
    calendar = make_calendar(db)
    draft = {"targets": TARGETS, "warn_before": 10, **draft}
    return make_policy(db, calendar_id=calendar["id"], **draft)


def opened(db, when, **draft):
    set_time(db.connection, when)
    ticket = db.create_ticket(**draft)
    compute(db, ticket)
    return ticket


def change(db, policy, **changes):
    db.call("admin", "change_sla_policy", policy=policy["id"], changes=changes)


def runs(db, ticket, metric="first_reply"):
    rows = db.execute(
        "select state, due_at, warn_at, breached_at, met_at from private.sla_runs"
        " where ticket_id = %s and metric = %s order by run",
        ticket["id"],
        metric,
    )
    return rows.fetchall()


def explained(db, ticket):
    log = db.call("agent", "get_ticket_sla_log", ticket=ticket["id"])
    return explain(SlaLog.model_validate(log))


def events(db, ticket, kind):
    items = db.items("agent", "list_ticket_events", ticket=ticket["id"])
    return [each["after"] for each in items if each["type"] == kind]


def reply(db, ticket):
    db.comment("agent", ticket)


def ask(db, ticket):
    db.comment("customer", ticket)


def solve(db, ticket):
    if db.reload(ticket)["assignee_id"] is None:
        db.assign(ticket, "agent")
    db.set_status(ticket, "solved")


def raise_priority(db, ticket):
    changes = {"priority": "urgent"}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)


def lower_priority(db, ticket):
    changes = {"priority": "normal"}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)


def begin_another_transaction(db):
    """Have the next change of terms be one of its own, as each is outside of tests."""
    db.execute("update private.sla_terms set made_in = '1'")


def shorten_targets(db, ticket):
    policy = db.call("agent", "list_sla_policies")[0]
    begin_another_transaction(db)
    change(db, policy, targets={"first_reply": {"normal": 20, "urgent": 10}})


def test_what_is_kept_is_what_is_explained_whatever_happens(db):
    """The lists say what the explanation says, and a breach that was recorded stays."""
    steps = [reply, ask, solve, raise_priority, lower_priority, shorten_targets, sweep]
    office(db)

    @settings(
        max_examples=20,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        deadline=None,
    )
    @given(st.lists(st.tuples(st.sampled_from(steps), st.integers(1, 700)), max_size=6))
    def check(steps):
        with db.connection.transaction(force_rollback=True):
            ticket = opened(db, at(23, "09:00"))
            recorded = []
            for step, minutes in steps:
                pass_time(db.connection, minutes=minutes)
                if step is sweep:
                    sweep(db)
                elif step is not solve or db.reload(ticket)["status"] != "solved":
                    step(db, ticket)
                compute(db, ticket)
                shown = explained(db, ticket)
                assert shown.metrics
                for metric, each in shown.metrics.items():
                    kept = runs(db, ticket, metric)
                    assert [(run.state, run.breached_at) for run in each.runs] == [
                        (state, breached) for state, _, _, breached, _ in kept
                    ]
                assert (
                    recorded
                    == events(db, ticket, "TICKET_SLA_BREACHED")[: len(recorded)]
                )
                recorded = events(db, ticket, "TICKET_SLA_BREACHED")

    check()


def test_friday_evening_with_thirty_minutes(db):
    office(db)
    ticket = opened(db, at(27, "16:50"), priority="urgent")

    seen = {}
    for time in ("09:09", "09:11", "09:11", "09:20", "09:21", "09:21"):
        set_time(db.connection, at(30, time))
        done = sweep(db)
        seen.setdefault(time, []).append((done["warned"], done["breached"]))

    assert runs(db, ticket)[0][1:3] == (at(30, "09:20"), at(30, "09:10"))
    assert seen == {
        "09:09": [(0, 0)],
        "09:11": [(1, 0), (0, 0)],
        "09:20": [(0, 0)],
        "09:21": [(0, 1), (0, 0)],
    }
    [warned] = events(db, ticket, "TICKET_SLA_WARNED")
    [breached] = events(db, ticket, "TICKET_SLA_BREACHED")
    assert warned["policy_name"] == breached["policy_name"] == "Standard"
    assert breached["due_at"] == breached["breached_at"] == warned["due_at"]


def test_missed_sweeps_record_the_breach_of_then_and_warn_of_nothing(db):
    office(db)
    ticket = opened(db, at(23, "09:00"), priority="urgent")

    set_time(db.connection, at(24, "12:00"))
    done = sweep(db)

    assert (done["warned"], done["breached"]) == (0, 2)
    assert [run[3] for run in runs(db, ticket)] == [at(23, "09:30")]


def test_a_reply_that_is_not_computed_yet_is_no_breach(db):
    office(db)
    ticket = opened(db, at(23, "09:00"), priority="urgent")
    set_time(db.connection, at(23, "09:29"))
    reply(db, ticket)

    set_time(db.connection, at(23, "09:31"))
    done = sweep(db)

    assert done["breached"] == 0
    assert [run[0] for run in runs(db, ticket)] == ["met"]


def test_a_late_reply_is_a_breach_though_no_sweep_came_before_it(db):
    office(db)
    ticket = opened(db, at(23, "09:00"), priority="urgent")
    set_time(db.connection, at(23, "09:31"))
    reply(db, ticket)
    compute(db, ticket)
    pass_time(db.connection, minutes=1)

    assert sweep(db)["breached"] == 1
    assert sweep(db)["breached"] == 0
    [(state, _, _, breached, met)] = runs(db, ticket)
    assert (state, breached, met) == ("breached", at(23, "09:30"), at(23, "09:31"))


def test_raised_over_what_is_used_up_it_is_breached_then_and_lowering_heals_nothing(db):
    office(db)
    ticket = opened(db, at(23, "09:00"))
    set_time(db.connection, at(23, "09:45"))
    raise_priority(db, ticket)
    compute(db, ticket)
    pass_time(db.connection, minutes=1)
    sweep(db)
    lower_priority(db, ticket)
    compute(db, ticket)

    [run] = runs(db, ticket)
    assert (run[0], run[3]) == ("breached", at(23, "09:45"))
    assert len(events(db, ticket, "TICKET_SLA_BREACHED")) == 1


def test_an_older_computation_never_replaces_a_newer_one(db):
    office(db)
    ticket = opened(db, at(23, "09:00"))
    older = due_times(db)._read([ticket["id"]])
    reply(db, ticket)
    compute(db, ticket)

    again = due_times(db)._save([project(log) for log in older])

    assert again == []
    assert [run[0] for run in runs(db, ticket)] == ["met"]


def test_later_events_by_older_terms_are_computed_again(db):
    policy = office(db)
    ticket = opened(db, at(23, "09:00"))
    reply(db, ticket)
    worker = due_times(db)
    [log] = worker._read([ticket["id"]])
    db.execute("update private.sla_tickets set seq = 1")
    change(db, policy, warn_before=5)
    db.execute("update private.sla_tickets set terms_id = private.current_terms()")

    assert [str(each) for each in worker._save([project(log)])] == [ticket["id"]]


def recompute(db):
    worker, chunks = due_times(db), 0
    while worker.compute_next_chunk():
        chunks += 1
    return chunks


def test_a_changed_policy_reaches_every_unsolved_ticket_from_then_on(db):
    policy = office(db)
    answered = opened(db, at(23, "09:00"))
    waiting = opened(db, at(23, "09:10"))
    set_time(db.connection, at(23, "09:30"))
    reply(db, answered)
    compute(db, answered)
    assert "due_times" in db.rows(WORKER, "due_jobs")
    recompute(db)
    assert "due_times" not in db.rows(WORKER, "due_jobs")

    begin_another_transaction(db)
    set_time(db.connection, at(23, "09:40"))
    change(db, policy, targets={"first_reply": {"normal": 20}})
    before = db.call("agent", "get_sla_recompute")
    recompute(db)
    after = db.call("agent", "get_sla_recompute")

    assert [run[0] for run in runs(db, answered)] == ["met"]
    [run] = runs(db, waiting)
    assert (run[0], run[3]) == ("breached", at(23, "09:40"))
    assert (before["state"], before["total"], before["done"]) == ("waiting", 2, 0)
    assert (after["state"], after["done"]) == ("finished", 2)
    progress = "select payload ->> 'done' from realtime.messages where event = %s"
    told = db.execute(progress, "SLA_RECOMPUTE_PROGRESSED").fetchall()
    assert ("2",) in told


def test_a_change_begins_anew_and_a_chunk_counts_once(db):
    policy = office(db)
    for _ in range(3):
        db.create_ticket()
    database = as_worker(db)
    chunk = database.call("next_recompute_chunk", {"max_items": 2})
    done = {
        "job": chunk["id"], "after": chunk["after"], "up_to": chunk["up_to"], "chunk": 2
    }  # fmt: skip

    assert database.call("finish_recompute_chunk", done) is True
    assert database.call("finish_recompute_chunk", done) is False
    assert db.call("agent", "get_sla_recompute")["done"] == 2
    change(db, policy, warn_before=20)
    assert db.call("agent", "get_sla_recompute")["done"] == 0
    assert database.call("finish_recompute_chunk", done) is False


@pytest.mark.parametrize("who", PEOPLE)
def test_service_levels_are_shown_to_those_who_read_notes(db, who):
    office(db)
    ticket = opened(db, at(23, "09:00"), priority="urgent")
    set_time(db.connection, at(23, "10:00"))
    sweep(db)

    works = who in {"agent", "neighbour", "lead", "admin"}
    if not works and who not in {"customer", "colleague"}:
        with refused("PT404", "not-found"):
            db.call(who, "get_ticket", ticket=ticket["id"])
        return
    shown = Ticket.model_validate(db.call(who, "get_ticket", ticket=ticket["id"]))
    kinds = {
        each["type"]
        for each in db.items(who, "list_ticket_events", ticket=ticket["id"])
    }
    assert shown.next_due == (at(23, "09:30") if works else None)
    assert shown.breached == (True if works else None)
    assert ("TICKET_SLA_BREACHED" in kinds) == works


def test_lists_are_filtered_and_sorted_by_what_is_due(db):
    office(db)
    late = opened(db, at(23, "09:00"), priority="urgent")
    later = opened(db, at(23, "09:20"))
    high = opened(db, at(23, "09:30"), priority="high")
    db.create_ticket(subject="Nothing is kept of this one yet")
    set_time(db.connection, at(23, "09:45"))
    sweep(db)

    def listed(sort="next_due", **filters):
        page = db.call(
            "agent", "list_queue", queue="support", filters=filters, sort=sort
        )
        return [each["id"] for each in page["items"]]

    late, later, high = (each["id"] for each in (late, later, high))
    assert listed() == [late, high, later]
    assert listed(due_before="PT0S") == [late]
    assert listed("priority", due_before="PT0S") == [late]
    assert listed("newest", due_after="2026-11-23T11:00:00Z") == [later]
    assert listed(breached=True) == listed("oldest", breached=True) == [late]
    assert listed(breached=False) == [high, later]
    assert len(listed("priority", breached=False)) == 3
    page = {"queue": "support", "sort": "next_due", "page_size": 1}
    first = db.call("agent", "list_queue", **page)
    second = db.call("agent", "list_queue", **page, after=Jsonb(first["next"]))
    assert [each["id"] for each in second["items"]] == [high]
    move_to_queue(db, {"id": later}, "billing")
    assert listed() == [late, high]


def escalated(db, ticket):
    return [
        (each["on"], each["after"], each["raised_to"], each["people"])
        for each in events(db, ticket, "TICKET_SLA_ESCALATED")
    ]


def test_steps_of_escalation_are_taken_once_while_nothing_is_met(db):
    lead, admin = str(id_of("lead")), str(id_of("admin"))
    office(
        db,
        targets={"first_reply": {"normal": 60, "high": 60, "urgent": 60}},
        escalation=[
            {"on": "warning", "raise_to": "high"},
            {"on": "breach", "notify_roles": ["lead"], "assign_to_lead": True},
            {"on": "breach", "after": 30, "notify_people": [admin]},
            {"on": "breach", "after": 60, "notify_people": [admin]},
        ],
    )
    make_available(db, "lead")
    ticket = opened(db, at(23, "09:00"))

    for time in ("09:51", "09:51", "10:01", "10:02", "10:30", "10:32", "10:40"):
        set_time(db.connection, at(23, time))
        sweep(db)
        compute(db, ticket)
    reply_at_last = db.reload(ticket)
    reply(db, ticket)
    compute(db, ticket)
    set_time(db.connection, at(23, "12:00"))
    sweep(db)

    assert escalated(db, ticket) == [
        ("warning", 0, "high", []),
        ("breach", 0, None, [lead]),
        ("breach", 30, None, [admin]),
    ]
    assert reply_at_last["priority"] == "high"
    assert reply_at_last["assignee_id"] == lead


def make_late(db):
    db.execute(
        "update private.sla_runs set due_at = due_at - interval '1 hour',"
        " sweep_at = sweep_at - interval '1 hour'"
    )


def test_overlapping_sweeps_and_killed_ones_double_and_lose_nothing(connect):
    one, other = connect(), connect()
    make_policy(one, targets={"first_reply": {"normal": 1}})
    tickets = [one.create_ticket() for _ in range(3)]
    compute(one, *tickets)
    make_late(one)

    with one.connection.transaction(force_rollback=True):
        killed = due_times(one).sweep()
        meanwhile = due_times(other).sweep()
    with one.connection.transaction():
        first = due_times(one).sweep()
        second = due_times(other).sweep()

    assert (killed.breached, meanwhile.swept) == (3, 0)
    assert (first.breached, second.swept) == (3, 0)
    assert sweep(other)["breached"] == 0
    assert [len(events(one, each, "TICKET_SLA_BREACHED")) for each in tickets] == [
        1
    ] * 3


def test_a_locked_ticket_is_left_for_the_next_sweep(connect):
    one, other = connect(), connect()
    make_policy(one, targets={"first_reply": {"normal": 1}})
    tickets = [one.create_ticket() for _ in range(2)]
    compute(one, *tickets)
    make_late(one)

    with one.connection.transaction():
        one.comment("customer", tickets[0])
        meanwhile = due_times(other).sweep()

    assert meanwhile.breached == 1


def test_policies_ask_for_custom_fields(db):
    define_field(db, "plan", "choice", options=["gold", "free"], visible_to="staff")
    gold = {"conditions": {"field": {"plan": ["gold"]}}}
    office(db, name="Gold", **gold)
    make_policy(db, "Rest", targets={"first_reply": {"normal": 480}})
    ticket = opened(db, at(23, "09:00"))
    before = explained(db, ticket).policy.name

    changes = {"data": {"plan": "gold"}}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)
    compute(db, ticket)

    assert (before, explained(db, ticket).policy.name) == ("Rest", "Gold")
    assert runs(db, ticket)[0][1] == at(23, "13:00")
    narrower = {"field": {"plan": ["gold"]}, "tag": ["vip"]}
    with refused("PT409", "policy-never-matches"):
        make_policy(db, "Never", conditions=narrower)
    make_policy(db, "First", conditions=narrower, position=1)


@pytest.mark.parametrize(
    "draft",
    [
        {"conditions": {"field": {}}},
        {"conditions": {"field": {"nothing": ["gold"]}}},
        {"conditions": {"field": {"plan": ["silver"]}}},
        {"conditions": {"field": {"plan": []}}},
        {"conditions": {"field": ["plan"]}},
        {"escalation": [{"on": "breach"}]},
        {"escalation": [{"on": "sunset", "raise_to": "high"}]},
        {"escalation": [{"on": "breach", "raise_to": "low"}]},
        {"escalation": [{"on": "breach", "after": -1, "raise_to": "high"}]},
        {"escalation": [{"on": "breach", "notify_roles": ["nobody"]}]},
        {"escalation": [{"on": "breach", "notify_people": [NOBODY]}]},
        {"escalation": [{"on": "breach", "raise_to": "high", "colour": "red"}]},
        {"escalation": [{"on": "breach", "raise_to": "high"}] * 11},
        {"escalation": {}},
    ],
    ids=str,
)
def test_conditions_and_steps_that_can_do_nothing_are_refused(db, draft):
    define_field(db, "plan", "choice", options=["gold", "free"])

    with refused("PT422"):
        make_policy(db, **draft)


def test_the_report_counts_what_was_met_and_missed(db):
    office(db)
    for minutes in (10, 20, 31):
        ticket = opened(db, at(23, "09:00"), priority="urgent")
        pass_time(db.connection, minutes=minutes)
        reply(db, ticket)
        compute(db, ticket)
    set_time(db.connection, at(24, "09:00"))

    def report(by, who="lead", **days):
        found = db.call(who, "get_sla_report", by_dimension=by, **days)
        return SlaReport.model_validate(found)

    found = report("priority")
    [line] = [each for each in found.items if each.metric == "first_reply"]
    names = {by: report(by).items[0].name for by in ("policy", "queue", "agent")}
    earlier = report("queue", from_day="2026-11-01", to_day="2026-11-22")

    assert (line.key, line.met, line.breached) == ("urgent", 2, 1)
    assert (line.median_seconds, line.p90_seconds) == (1200, 1728)
    assert (str(found.from_day), str(found.to_day)) == ("2026-10-26", "2026-11-24")
    assert report("week").items[0].key == "2026-11-23"
    assert earlier.items == []
    assert names == {"policy": "Standard", "queue": "Support", "agent": None}
    with refused("PT422", "invalid"):
        report("moon")
    with refused("PT403", "denied"):
        report("queue", "agent")


def test_a_simulation_says_what_a_draft_would_have_meant_and_changes_nothing(db):
    office(db)
    late = opened(db, at(23, "09:00"), priority="urgent")
    pass_time(db.connection, minutes=25)
    reply(db, late)
    opened(db, at(23, "09:30"), priority="urgent")
    compute(db, late)
    pass_time(db.connection, minutes=5)
    kept = "select jsonb_agg(runs) from private.sla_runs as runs"
    before = db.scalar(kept)

    found = SimulationRepository(As(db, "admin")).run(
        SimulationDraft.model_validate(
            {"policy": {"name": "Draft", "targets": {"first_reply": {"urgent": 20}}}}
        )
    )

    replies = found.metrics["first_reply"]
    assert (replies.met, replies.breached, replies.open) == (0, 1, 1)
    assert [str(each.ticket_id) for each in found.breaches] == [late["id"]]
    assert (found.tickets, found.next) == (2, None)
    assert db.scalar(kept) == before
    assert len(db.call("agent", "list_sla_policies")) == 1
    with refused("PT403", "denied"):
        db.call(
            "lead", "read_sla_simulation", days=30,
            draft={"name": "D", "targets": {"first_reply": {"urgent": 5}}},
        )  # fmt: skip
