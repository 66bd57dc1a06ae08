"""The arithmetic of a month, by hand on round numbers, and what it starts from."""

from types import SimpleNamespace

import pytest

from infra.cost.__main__ import (
    FOLDER,
    MARK,
    SCALES,
    bill,
    compute_for,
    limits,
    read_inputs,
    report,
    usage,
)
from infra.local.cloud.template import load_document
from tests.open_desk import ROOT

OURS = read_inputs((FOLDER / "inputs.toml").read_text())
SMALL = SimpleNamespace(name="Small", month=15, cores=1, connections=100, gigabytes=10)
LARGE = SimpleNamespace(
    name="Large", month=110, cores=100, connections=1000, gigabytes=1000
)


def prices(names, **free):
    each = {name: SimpleNamespace(price=1, free=free.get(name, 0)) for name in names}
    return SimpleNamespace(**each)


@pytest.fixture
def inputs():
    """A ticket of ten requests and two events, at prices for the head."""
    supabase = ("Pro", "disk", "egress", "Realtime", "people")
    return SimpleNamespace(
        measured=SimpleNamespace(
            requests=10, bytes_answered=10_000, events=2, pg_net_calls=2,
            realtime_messages=3, mails=1, bytes_stored=1_000, bytes_logged=1_000,
            database_ms=16, webhook_workers=2,
        ),
        assumed=SimpleNamespace(
            extra_requests=10, lambda_ms=90, lambda_gb=1, cold_share=0.1, cold_ms=100,
            listeners=4, people_per_ticket=0.5, workdays=20, busiest_hour=0.1, burst=2,
            kept_months=10, call_ms=10, ses_share=1,
            queues=2, metrics=3, metrics_a_queue=2, triggers_an_event=0.5,
            jobs_a_minute=0, hot_functions=0, working_share=1, xray_sampled=0.5,
        ),
        idle=SimpleNamespace(
            schedules=0, queues=0, polls=0, metrics=0, alarm_metrics=4,
            bytes_logged_a_run=1_000,
        ),
        prices=SimpleNamespace(
            aws=prices(vars(OURS.prices.aws)),
            supabase=prices(supabase, disk=8, egress=5, Realtime=5, people=100_000),
            compute_credit=10,
        ),
        compute=[SMALL, LARGE],
        limits=OURS.limits,
    )  # fmt: skip


@pytest.fixture
def million(inputs):
    return usage(1_000_000, inputs)


def test_the_busiest_minute_has_its_share_of_the_month(million):
    # 1,000,000 in 20 days is 50,000 a day, 5,000 in an hour, twice that in a minute.
    assert million.peak == pytest.approx(5_000 / 3600 * 2)


def test_aws_is_priced_by_service(million, inputs):
    runs = 1_000_000 * (20 + 2 * 2 + 2)  # requests, webhooks' two functions, one job

    assert bill(million, inputs)[0] == pytest.approx(
        {
            "Lambda, time": runs * 0.1,  # 90 ms, 10 of them cold
            "Lambda, invocations": 26,
            "API Gateway": 22,
            "SQS": 9,  # three messages a ticket, three requests each
            "EventBridge": 2,
            "SES": 1_000,
            "logs": 1,
            "metrics": 7,  # three, and two of each of two queues
            "alarms": 4,
            "X-Ray": 13,
            "egress": 20,  # twenty answers of 1,000 bytes a ticket
        }
    )


def test_supabase_is_priced_over_what_is_free(million, inputs):
    assert bill(million, inputs)[1] == pytest.approx(
        {
            "Pro": 1,
            "disk": 2,  # ten months of 1,000 bytes a ticket
            "egress": 15,
            "Realtime": 10,  # three messages, heard by five
            "people": 400_000,
            "compute": 5,
        }
    )


def test_a_quiet_month_costs_the_plan_alone(inputs):
    aws, supabase = bill(usage(0, inputs), inputs)

    assert sum(aws.values()) == aws["alarms"] == 4
    assert sum(supabase.values()) == 1 + 5


def test_a_database_is_as_small_as_it_may_be(million, inputs):
    assert compute_for(million, inputs) == SMALL
    assert compute_for(usage(2_000_000, inputs), inputs) == LARGE  # 20 of 10 GB
    assert compute_for(usage(1e12, inputs), inputs) == LARGE  # and even that bursts


def test_limits_come_tightest_first_with_what_to_change(million, inputs):
    found = limits(million, SMALL, inputs)

    shares = [share for share, _, _ in found]
    assert shares == sorted(shares, reverse=True)
    assert all(each.change for _, _, each in found)
    sizes = {each.name: most for _, most, each in found}
    assert sizes["processor of the database, cores"] == 0.5
    assert sizes["PostgREST's pool, connections"] == 40
    peak, used = million.peak, million.limited
    assert used["API Gateway, requests a second"] == pytest.approx(peak * 22)
    assert used["pg_net, calls a second"] == pytest.approx(peak * 2)
    assert used["Lambda, at once"] == pytest.approx(peak * 24 * 0.09)
    assert used["PostgREST's pool, connections"] == pytest.approx(peak * 26 * 0.01)
    # 16 ms were measured for 16 calls, and a ticket is 26 of them.
    assert used["processor of the database, cores"] == pytest.approx(peak * 0.026)


def test_the_report_names_what_is_over(inputs):
    text = report([1_000_000, 100_000_000], inputs)

    assert "| $ a month | 1,000,000 tickets | 100,000,000 tickets |" in text
    assert "compute Small." in text
    assert "**over**" in text
    assert "relay_missed_events" in text


def test_ours_are_whole_and_measured():
    assert all(value > 0 for value in vars(OURS.measured).values())
    months = [each.month for each in OURS.compute]
    assert months == sorted(months)


def test_limits_of_the_template_are_those_of_the_template():
    resources = load_document(ROOT / "template.yaml")["Resources"]
    throttle = resources["Api"]["Properties"]["DefaultRouteSettings"]
    worker = resources["ProcessEventsFunction"]["Properties"]["Events"]["Queue"]

    sizes = {each.name: each.most for each in OURS.limits if hasattr(each, "most")}
    scaling = worker["Properties"]["ScalingConfig"]
    assert sizes["API Gateway, requests a second"] == throttle["ThrottlingRateLimit"]
    assert sizes["process_events, at once"] == scaling["MaximumConcurrency"]


def test_every_metric_that_an_alarm_looks_at_is_priced():
    resources = load_document(ROOT / "template.yaml")["Resources"].values()
    alarms = [
        each["Properties"]
        for each in resources
        if each["Type"] == "AWS::CloudWatch::Alarm"
    ]

    looked_at = [
        sum("MetricStat" in metric for metric in each.get("Metrics", [])) or 1
        for each in alarms
    ]

    assert sum(looked_at) == OURS.idle.alarm_metrics
    assert max(looked_at) <= 10  # CloudWatch takes no alarm of more


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

    assert rates.count("rate(1 minute)") <= OURS.idle.schedules
    assert len(rates) == rates.count("rate(1 minute)")
    assert sum(event["Type"] == "SQS" for event in events) <= OURS.idle.queues


def test_the_readme_shows_what_is_printed():
    text = (FOLDER / "README.md").read_text()

    assert text.endswith(f"{MARK}\n\n{report(SCALES, OURS)}\n")
