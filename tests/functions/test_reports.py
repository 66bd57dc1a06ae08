"""Reports as JSON and as CSV, and the job that counts their days."""

import csv
from io import StringIO

import pytest

from functions.count_report_days.app import handler as count_days
from functions.report_tickets.app import handler as reports
from tests.events import context, send
from tests.fakes import in_turn

METRICS = {
    "solved": 1,
    "reopened": 0,
    "backlog": 2,
    "first_replies": 1,
    "first_reply_seconds": 90,
    "resolution_seconds": None,
}
PERIOD = {"from": "2026-11-01", "to": "2026-11-30", "time_zone": "Europe/Berlin"}
VOLUME = "/v1/reports/volume"


def answer(by, *lines):
    total = {**METRICS, "opened": 3, "assigned": 1, "replies": 4}
    items = [{**total, "key": key, "name": name} for key, name in lines]
    return {"by": by, **PERIOD, "total": total, "items": items}


def test_volume_is_by_day_and_of_the_days_that_are_named(rest):
    rest.results["get_report"] = answer("day", ("2026-11-01", None))

    shown = send(reports, "GET", VOLUME, query="from=2026-11-01&to=2026-11-30").json

    assert {name: shown[name] for name in PERIOD} == PERIOD
    [item] = shown["items"]
    assert item == {**METRICS, "key": "2026-11-01", "name": None, "opened": 3}
    assert shown["total"] == {**METRICS, "opened": 3}
    assert rest.arguments("get_report") == [
        {
            "kind": "volume",
            "by_dimension": "day",
            "from_day": "2026-11-01",
            "to_day": "2026-11-30",
        }
    ]


def test_workload_is_by_agent_and_of_the_last_days(rest):
    rest.results["get_report"] = answer("agent", (None, None))

    shown = send(reports, "GET", "/v1/reports/workload").json

    assert shown["items"][0]["replies"] == 4
    assert rest.arguments("get_report") == [
        {"kind": "workload", "by_dimension": "agent"}
    ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://evil")', '\'=HYPERLINK("http://evil")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('a, "b"', 'a, "b"'),
    ],
)
def test_a_table_computes_nothing_and_holds_the_same(rest, text, cell):
    rest.results["get_report"] = answer("tag", (text, None))

    shown = send(reports, "GET", VOLUME, query="by=tag", headers={"accept": "text/csv"})

    assert shown.headers["content-type"].startswith("text/csv")
    assert rest.arguments("get_report") == [{"kind": "volume", "by_dimension": "tag"}]
    header, row = csv.reader(StringIO(shown.body))
    assert dict(zip(header, row, strict=True)) == {
        "key": cell,
        "name": "",
        "opened": "3",
        "solved": "1",
        "reopened": "0",
        "backlog": "2",
        "first_replies": "1",
        "first_reply_seconds": "90",
        "resolution_seconds": "",
    }


@pytest.mark.parametrize("query", ["by=colour", "from=yesterday", "to=2026-02-30"])
def test_a_report_of_nothing_is_refused(rest, query):
    assert send(reports, "GET", VOLUME, query=query).status == 422
    assert rest.calls == []


@pytest.mark.parametrize(
    ("event", "functions"),
    [
        ({}, ["count_report_day"] * 3),
        ({"recount": True}, ["recount_report_days", *["count_report_day"] * 3]),
    ],
)
def test_days_are_counted_one_by_one(rest, event, functions):
    rest.results["recount_report_days"] = 2
    rest.results["count_report_day"] = in_turn("2026-11-01", "2026-11-02", None)

    assert count_days(event, context(60_000)) == {"counted": 2}
    assert rest.functions == functions


def test_days_are_left_to_the_next_run_when_time_is_nearly_out(rest):
    rest.results["count_report_day"] = "2026-11-01"

    assert count_days({}, context(50_000, 12_000)) == {"counted": 2}
