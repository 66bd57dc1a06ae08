"""Reports: exact from the events, kept by day, equal to a recount."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.moving_time import pass_time, set_time

from .acting import WORKER, ignoring, refused
from .counting_by_hand import count_by_hand
from .personas import PEOPLE, id_of

# Two weeks around the night in which Berlin sets its clocks back.
START = datetime(2030, 10, 19, 20, 30, tzinfo=UTC)
ZONE = "Europe/Berlin"
BY = ("day", "week", "queue", "agent", "type", "tag")
SPAN = {"from_day": "2030-10-19", "to_day": "2030-11-05"}
SUMS = ("solved", "reopened", "backlog", "first_replies")


@pytest.fixture
def desk(db):
    """A desk in Berlin, at the start."""
    db.execute("update private.settings set time_zone = %s", ZONE)
    set_time(db.connection, START)
    return db


def report(db, kind="volume", by="day", who="lead", **period):
    return db.call(who, "get_report", kind=kind, by_dimension=by, **period)


def count_days(db):
    """Run the job to its end; return which days it counted."""
    days = []
    while day := db.call(WORKER, "count_report_day"):
        days.append(day)
    return days


def live_through(db, seed, steps=60):
    """Let people do random things for two weeks."""
    choose = random.Random(seed)  # noqa: S311
    tickets = [db.create_ticket()]
    acts = (
        lambda t: tickets.append(db.create_ticket()),
        lambda t: tickets.append(db.create_ticket(tags=["Red"])),
        lambda t: db.assign(t, choose.choice(["agent", "neighbour"])),
        lambda t: db.release(t),
        lambda t: db.comment(choose.choice(["agent", "lead"]), t),
        lambda t: db.comment("customer", t),
        lambda t: db.note(t),
        lambda t: db.set_status(t, choose.choice(["pending", "open", "solved"])),
        lambda t: db.set_status(t, "solved"),
        lambda t: db.call("agent", "update_ticket", ticket=t["id"], changes={
            "tags": choose.choice([[], ["Red"], ["red", "Blue"], ["blue"]])}),
        lambda t: db.call("admin", "update_ticket", ticket=t["id"], changes={
            "queue": choose.choice(["support", "billing"])}),
        lambda t: db.call("admin", "update_ticket", ticket=t["id"], changes={
            "type": "problem", "data": {"impact": "team", "affected": "all"}}),
    )  # fmt: skip
    for _ in range(steps):
        pass_time(db.connection, minutes=choose.randint(0, 600))
        with ignoring("PT409", "PT403", "PT404", "PT422"), db.connection.transaction():
            choose.choice(acts)(choose.choice(tickets))


def shown(db, by, first, last):
    """Return the lines of both reports of these days, by key."""
    period = {"from_day": str(first), "to_day": str(last)}
    lines = defaultdict(dict)
    for kind in ("volume", "workload"):
        for item in report(db, kind, by, **period)["items"]:
            lines[item["key"]].update(item)
    return lines


def assert_equal(db, by, first, last):
    lines = shown(db, by, first, last)
    counted = count_by_hand(db, ZONE, by, first, last)
    for key in {*lines, *counted}:
        line, hand = lines[key], counted[key]
        for metric in ("opened", "assigned", "replies", *SUMS):
            expected = hand[metric]
            if metric == "backlog" and by in ("day", "week"):
                if not line:
                    continue  # before the first day
                expected = sum(counted[each][metric] for each in counted if each <= key)
            assert line.get(metric, 0) == expected, (by, key, metric)
        for mean, times, total in (
            ("first_reply_seconds", "first_replies", "first_seconds"),
            ("resolution_seconds", "solved", "solving_seconds"),
        ):
            shown_mean = line.get(mean)
            assert (shown_mean is None) == (hand[times] == 0), (by, key, mean)
            if shown_mean is not None:
                assert abs(shown_mean * hand[times] - hand[total]) <= hand[times] / 2


@pytest.mark.parametrize("seed", range(3))
def test_reports_equal_what_is_counted_by_hand_before_and_after_days_are_kept(
    desk, seed
):
    live_through(desk, seed)
    today = desk.scalar("select (private.now() at time zone %s)::date", ZONE)
    periods = [(date(2030, 10, 19), today), (date(2030, 10, 24), date(2030, 10, 29))]
    cuts = [(by, *period) for by in BY for period in periods]

    for cut in cuts:
        assert_equal(desk, *cut)
    days = count_days(desk)
    kept = desk.execute("select * from private.daily_counts").fetchall()
    for cut in cuts:
        assert_equal(desk, *cut)

    assert str(today - timedelta(days=1)) == days[-1]
    assert len(days) == (today - date(2030, 10, 19)).days
    assert count_days(desk) == []
    # A recount finds the same, and rows without anything are not kept.
    assert desk.call(WORKER, "recount_report_days") == len(days)
    assert count_days(desk) == days
    again = desk.execute("select * from private.daily_counts").fetchall()
    assert sorted(again, key=str) == sorted(kept, key=str)
    assert all(any(row[3:]) for row in kept)


def test_counts_of_a_day_outlive_its_tickets(desk):
    ticket = desk.create_ticket_in("solved")
    pass_time(desk.connection, days=2)
    count_days(desk)
    before = report(desk, by="queue", **SPAN)

    desk.execute("delete from public.tickets where id = %s", ticket["id"])

    assert report(desk, by="queue", **SPAN) == before
    assert before["total"]["opened"] == before["total"]["solved"] == 1
    desk.call(WORKER, "recount_report_days")
    count_days(desk)
    assert report(desk, by="queue", **SPAN)["total"]["opened"] == 0


def test_a_redacted_tag_is_in_no_count(desk):
    desk.create_ticket(tags=["vip"])
    ticket = desk.create_ticket(tags=["secret-name", "vip"])
    pass_time(desk.connection, days=2)
    count_days(desk)

    desk.call("lead", "redact_ticket", ticket=ticket["id"], redacted_text="secret-name",
              idempotency_key="a-redaction")  # fmt: skip

    kept = desk.execute("select * from private.daily_counts").fetchall()
    assert "secret-name" not in str(kept)
    tags = report(desk, by="tag", **SPAN)["items"]
    assert [each["opened"] for each in tags if each["key"] == "vip"] == [2]
    assert report(desk, **SPAN)["total"]["opened"] == 2
    desk.call(WORKER, "recount_report_days")
    count_days(desk)
    again = desk.execute("select * from private.daily_counts").fetchall()
    assert sorted(again, key=str) == sorted(kept, key=str)


def test_days_are_those_of_the_desk(desk):
    pass_time(desk.connection, minutes=89)  # 23:59 in Berlin
    desk.create_ticket()
    pass_time(desk.connection, minutes=1)
    desk.create_ticket()
    period = {"from_day": "2030-10-19", "to_day": "2030-10-20"}

    assert [each["opened"] for each in report(desk, **period)["items"]] == [1, 1]
    pass_time(desk.connection, days=2)
    count_days(desk)
    desk.execute("update private.settings set time_zone = 'UTC'")
    count_days(desk)
    assert [each["opened"] for each in report(desk, **period)["items"]] == [2, 0]


def test_the_last_30_days_are_the_default_and_the_answer_names_them(desk):
    shown = report(desk)

    assert (shown["from"], shown["to"]) == ("2030-09-20", "2030-10-19")
    assert (shown["by"], shown["time_zone"]) == ("day", ZONE)
    assert len(shown["items"]) == 30
    weeks = report(desk, by="week")["items"]
    assert [each["key"] for each in weeks][:2] == ["2030-09-16", "2030-09-23"]


@pytest.mark.parametrize("kind", ["volume", "workload"])
@pytest.mark.parametrize("who", [*PEOPLE])
def test_leads_and_administrators_read_reports(db, who, kind):
    if who in ("lead", "admin"):
        assert report(db, kind, "agent", who=who)["items"] == []
    else:
        with refused("PT403", "denied"):
            report(db, kind, who=who)


@pytest.mark.parametrize(
    "period",
    [
        {"from_day": "2030-01-02", "to_day": "2030-01-01"},
        {"from_day": "2020-01-01", "to_day": "2030-01-01"},
        {"to_day": "infinity"},
        {"from_day": "-infinity"},
    ],
)
def test_a_report_ends_after_it_begins_five_years_later_at_most(db, period):
    with refused("PT422", "bad-range"):
        report(db, **period)


def test_names_come_with_queues_and_agents(desk):
    desk.assign(desk.create_ticket(), "agent")

    [queue] = report(desk, by="queue")["items"]
    agents = report(desk, "workload", by="agent")["items"]

    assert (queue["key"], queue["name"]) == (str(id_of("support")), "Support")
    assert [(each["name"], each["assigned"]) for each in agents] == [("Agent", 1)]
