"""By alarm: from which value on, how often of how many periods, what silence means."""

from typing import Any

from .notation import Value, attribute, either, ref, sub

NOTIFY = either("HasAlarmTopic", [ref("AlarmTopic")])
OURS = sub("AutoCRM/${AWS::StackName}")
SERVICE = {"service": "autocrm"}
API = {"ApiId": ref("Api")}
GOOD, BAD = "notBreaching", "breaching"
COMPARISONS = {">": "GreaterThanThreshold", "<": "LessThanThreshold"}


def alarm(breach: str, of: str, watched: Value, missing: str = GOOD) -> Value:
    """Return an alarm.

    Args:
        breach: the comparison, such as "> 3".
        of: in how many of the last periods, such as "2 of 3".
        watched: the metric, or an expression of several.
        missing: what a period without a value is.
    """
    comparison, threshold = breach.split()
    often, periods = of.split(" of ")
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Threshold": float(threshold),
            "ComparisonOperator": COMPARISONS[comparison],
            "EvaluationPeriods": int(periods),
            "DatapointsToAlarm": int(often),
            "TreatMissingData": missing,
            "AlarmActions": NOTIFY,
            "OKActions": NOTIFY,
            **watched,
        },
    }


def metric(namespace: object, name: str, **by: object) -> Value:
    dimensions = [{"Name": name, "Value": value} for name, value in by.items()]
    about = {"Dimensions": dimensions} if dimensions else {}
    return {"Namespace": namespace, "MetricName": name, **about}


def single(measured: Value, statistic: str, seconds: int) -> Value:
    kind = "ExtendedStatistic" if statistic[0] == "p" else "Statistic"
    return {**measured, kind: statistic, "Period": seconds}


def several(value: tuple[str, str], parts: dict[str, Any]) -> Value:
    """Return an expression, by its id, of metrics by theirs."""
    watched = {"Id": value[0], "Expression": value[1]}
    return {"Metrics": [watched, *(_part(*part) for part in parts.items())]}


def _part(name: str, part: tuple[Value, str, int]) -> Value:
    measured, statistic, seconds = part
    stat = {"Metric": measured, "Stat": statistic, "Period": seconds}
    return {"Id": name, "ReturnData": False, "MetricStat": stat}


def percent_failed(total: str) -> tuple[str, str]:
    """Of at least twenty."""
    return ("value", f"IF({total} >= 20, 100 * failed / {total}, 0)")


def throttles(**by: object) -> tuple[Value, str, int]:
    return (metric("AWS/Lambda", "Throttles", **by), "Sum", 300)


def dead_letters(queue: str) -> tuple[Value, str, int]:
    by = {"QueueName": attribute(queue, "QueueName")}
    name = "ApproximateNumberOfMessagesVisible"
    return (metric("AWS/SQS", name, **by), "Maximum", 300)


# They share the account's concurrency, and run most.
BUSY = ("ReceiveDbWebhook", "ProcessEvents", "CreateTicket", "GetTicket", "ListQueue")

ROWS = {
    "FailedRuns": alarm(
        "> 3", "1 of 1", single(metric(OURS, "FailedRuns"), "Sum", 300)
    ),
    "ThrottledRuns": alarm(
        "> 10",
        "1 of 1",
        several(
            ("throttled", "SUM(METRICS())"),
            {
                f"f{number}": throttles(FunctionName=ref(f"{name}Function"))
                for number, name in enumerate(BUSY, 1)
            },
        ),
    ),
    "DeadLetters": alarm(
        "> 0",
        "1 of 1",
        several(
            ("value", "SUM(METRICS())"),
            {
                "m1": dead_letters("EventDeadLetters"),
                "m2": dead_letters("JobDeadLetters"),
                "m3": dead_letters("ScheduleDeadLetters"),
            },
        ),
    ),
    # Silence is what the next two are about.
    "EventLag": alarm(
        "> 300",
        "3 of 5",
        single(metric(OURS, "OldestPendingEvent", **SERVICE), "Maximum", 60),
        missing=BAD,
    ),
    "StoppedScheduler": alarm(
        "< 1",
        "2 of 2",
        single(
            metric(
                "AWS/Lambda", "Invocations", FunctionName=ref("DispatchJobsFunction")
            ),
            "Sum",
            300,
        ),
        missing=BAD,
    ),
    "DeadLetteredEvents": alarm(
        "> 0",
        "1 of 1",
        single(metric(OURS, "DeadLetteredEvents", **SERVICE), "Maximum", 300),
    ),
    "WebhookFailures": alarm(
        "> 50",
        "1 of 1",
        several(
            percent_failed("tried"),
            {
                "tried": (metric(OURS, "WebhookAttempts", **SERVICE), "Sum", 900),
                "failed": (metric(OURS, "WebhookFailures", **SERVICE), "Sum", 900),
            },
        ),
    ),
    # Half of where SES stops an account.
    "Bounces": alarm(
        "> 0.05",
        "1 of 1",
        single(metric("AWS/SES", "Reputation.BounceRate"), "Maximum", 3600),
    ),
    "Complaints": alarm(
        "> 0.001",
        "1 of 1",
        single(metric("AWS/SES", "Reputation.ComplaintRate"), "Maximum", 3600),
    ),
    "ApiFailures": alarm(
        "> 1",
        "2 of 3",
        several(
            percent_failed("asked"),
            {
                "asked": (metric("AWS/ApiGateway", "Count", **API), "Sum", 300),
                "failed": (metric("AWS/ApiGateway", "5xx", **API), "Sum", 300),
            },
        ),
    ),
    "ApiLatency": alarm(
        "> 2000",
        "3 of 3",
        single(metric("AWS/ApiGateway", "Latency", **API), "p95", 300),
    ),
}
ALARMS = {f"{name}Alarm": row for name, row in ROWS.items()}
