"""The arithmetic of a month, by hand on round numbers, and what it starts from."""

from dataclasses import replace

import pytest

from infra.cost import Compute, Inputs, Volume, bill, limits, table
from infra.cost.__main__ import MARK, SCALES
from infra.cost.limits import compute_for
from infra.local.cloud.template import load_document
from tests.open_desk import ROOT

OURS = Inputs.read()
SMALL = Compute("Small", 15, 1, 100, 10)
LARGE = Compute("Large", 110, 100, 1000, 1000)


def round_numbers():
    """A ticket of ten requests and two events, at prices for the head."""
    free = {name: 0.0 for name in OURS.aws if "free" in name}
    prices = dict.fromkeys(OURS.aws, 1.0) | free | {"xray_sampled": 0.5}
    return Inputs(
        measured={
            "requests": 10, "bytes_answered": 10_000, "events": 2, "pg_net_calls": 2,
            "realtime_messages": 3, "mails": 1, "bytes_stored": 1_000,
            "bytes_logged": 1_000, "database_ms": 16, "webhook_workers": 2,
        },
        assumed={
            "extra_requests": 10, "lambda_ms": 90, "lambda_gb": 1, "cold_share": 0.1,
            "cold_ms": 100, "listeners": 4, "people_per_ticket": 0.5, "workdays": 20,
            "busiest_hour": 0.1, "burst": 2, "kept_months": 10, "load_at_peak": 0.5,
            "ses_share": 1, "queues": 2, "metrics": 3, "metrics_a_queue": 2,
            "wakes_an_event": 0.5, "woken_a_minute": 0, "hot_functions": 0,
            "working_share": 1,
        },
        aws=prices,
        supabase={
            "pro": 25, "compute_credit": 10, "users_free": 100_000, "user": 0.01,
            "disk_free_gb": 8, "disk_gb": 1, "egress_free_gb": 5, "egress_gb": 1,
            "realtime_free_millions": 5, "realtime_million": 2,
        },
        idle={
            "schedules": 0, "queues": 0, "polls_a_queue": 0, "metrics": 0,
            "bytes_logged_a_run": 1_000,
        },
        limits={
            "api_requests_a_second": 100, "lambda_at_once": 1_000,
            "process_events_at_once": 10, "pg_net_a_second": 200,
            "realtime_a_second": 500, "pool_share": 0.4, "call_ms": 10,
        },
        compute=(SMALL, LARGE),
    )  # fmt: skip


@pytest.fixture
def million():
    return Volume(1_000_000, round_numbers())


def test_a_month_of_a_million_tickets_is_counted(million):
    assert million.requests == 20
    assert million.calls == 26
    assert million.invocations == 1_000_000 * (20 + 2 * 2 + 2)  # and woken once
    assert million.messages == 1_000_000 * 3 * 5
    assert million.sqs_requests == 1_000_000 * (2 + 1) * 3
    assert million.answered_gb == pytest.approx(20)  # twenty answers of 1,000 bytes
    assert million.stored_gb == pytest.approx(10)  # ten months of 1,000 bytes


def test_the_busiest_minute_has_its_share_of_the_month(million):
    # 1,000,000 in 20 days is 50,000 a day, 5,000 in an hour, twice that in a minute.
    assert million.peak == pytest.approx(5_000 / 3600 * 2)


def test_aws_is_priced_by_service(million):
    aws = bill(million).aws

    assert aws["Lambda, time"] == pytest.approx(26e6 * 0.1)  # 90 ms, 10 of them cold
    assert aws["Lambda, invocations"] == pytest.approx(26)
    assert aws["API Gateway"] == pytest.approx(22)
    assert aws["SQS"] == pytest.approx(9)
    assert aws["EventBridge"] == pytest.approx(2)
    assert aws["SES"] == pytest.approx(1_000)
    assert aws["logs"] == pytest.approx(1)
    assert aws["metrics"] == pytest.approx(7)  # three, and two of each of two queues
    assert aws["X-Ray"] == pytest.approx(13)
    assert aws["egress"] == pytest.approx(20)


def test_supabase_is_priced_over_what_is_free(million):
    supabase = bill(million).supabase

    assert supabase == pytest.approx(
        {
            "Pro": 25,
            "compute Small": 5,
            "disk": 2,
            "egress": 15,
            "Realtime": 20,
            "people": 4_000,
        }
    )


def test_a_quiet_month_costs_the_plan_alone():
    nothing = bill(Volume(0, round_numbers()))

    assert sum(nothing.aws.values()) == 0
    assert sum(nothing.supabase.values()) == 25 + 5
    assert nothing.total == 30


def test_a_database_is_as_small_as_it_may_be(million):
    assert compute_for(million) == SMALL
    assert compute_for(replace(million, tickets=2_000_000)) == LARGE  # 20 of 10 GB
    assert compute_for(replace(million, tickets=1e12)) == LARGE  # and even that bursts


def test_limits_come_tightest_first_with_what_to_change(million):
    found = limits(million, SMALL)

    shares = [each.share for each in found]
    assert shares == sorted(shares, reverse=True)
    assert all(each.change for each in found)
    used = {each.name: each.used for each in found}
    peak = million.peak
    assert used["API Gateway, requests a second"] == pytest.approx(peak * 22)
    assert used["pg_net, calls a second"] == pytest.approx(peak * 2)
    assert used["PostgREST's pool, connections"] == pytest.approx(peak * 26 * 0.01)
    # 16 ms were measured for 16 calls, and a ticket is 26 of them.
    assert used["processor of the database, cores"] == pytest.approx(peak * 0.026)


def test_the_table_names_what_is_over(million):
    told = table([million, replace(million, tickets=100_000_000)])

    assert "| $ a month | 1,000,000 tickets | 100,000,000 tickets |" in told
    assert "5.00 (Small)" in told
    assert "**over**" in told
    assert "relay_missed_events" in told


def test_ours_are_whole_and_measured():
    assert all(value > 0 for value in OURS.measured.values())
    months = [each.month for each in OURS.compute]
    assert months == sorted(months)


def test_limits_of_the_template_are_those_of_the_template():
    resources = load_document(ROOT / "template.yaml")["Resources"]
    throttle = resources["Api"]["Properties"]["DefaultRouteSettings"]
    worker = resources["ProcessEventsFunction"]["Properties"]["Events"]["Queue"]

    scaling = worker["Properties"]["ScalingConfig"]
    assert OURS.limits["api_requests_a_second"] == throttle["ThrottlingRateLimit"]
    assert OURS.limits["process_events_at_once"] == scaling["MaximumConcurrency"]


def test_no_schedule_and_no_queue_of_the_template_runs_for_nothing():
    events = [
        event
        for resource in load_document(ROOT / "template.yaml")["Resources"].values()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if isinstance(event, dict)
    ]
    rates = [
        event["Properties"]["ScheduleExpression"]
        for event in events
        if event["Type"] == "ScheduleV2"
    ]

    assert rates.count("rate(1 minute)") <= OURS.idle["schedules"]
    assert len(rates) == rates.count("rate(1 minute)")
    assert sum(event["Type"] == "SQS" for event in events) <= OURS.idle["queues"]


def test_the_readme_shows_what_is_printed():
    shown = (ROOT / "infra" / "cost" / "README.md").read_text()

    printed = table([Volume(each, OURS) for each in SCALES])
    assert shown.endswith(f"{MARK}\n\n{printed}\n")
