"""The laws of timing: what may be at most what, one law a function.

A law yields comparisons: the smaller, the larger, and what they are.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

from shared.webhooks.delivery import back_off

from .sources import (
    SCHEDULES,
    SQS_RETENTION,
    SQS_VISIBILITY,
    Sources,
    constant,
    parameter_patience,
    ses_patience,
    sqs_patience,
    triggers,
)

Comparison = tuple[float, float, str]
Law = Callable[[Sources], Iterator[Comparison]]

GATEWAY = 30  # API Gateway's, for an HTTP API
ACCOUNT, UNRESERVED = 1000, 100  # Lambda's concurrency, and what must stay free of it
SQS_DELAY = 900  # the longest of a message
VISIBLE = 6  # AWS's advice: so many times the function's own limit
HOUR, DAY = 3600, 86_400
LEASES = {
    # of the worker: where its lease stands
    "DeliverWebhooks": lambda at: constant("shared.webhooks.repository.LEASE_SECONDS"),
    "ApplyBulkUpdates": lambda at: constant(
        "shared.bulk_updates.repository.LEASE_SECONDS"
    ),
    "DeliverEmails": Sources.email_lease,
    "RelayMissedEvents": Sources.missed_event_lease,
}


def database_call() -> float:
    return constant("shared.core.persistence.transport.TIMEOUT_SECONDS")


def a_lease_outlasts_the_worker_that_holds_it(at: Sources) -> Iterator[Comparison]:
    for worker, lease in LEASES.items():
        yield at.limit(worker), lease(at), f"{worker}: its time, its lease"


def a_lease_outlasts_what_was_claimed_with_it(at: Sources) -> Iterator[Comparison]:
    """Whatever is claimed at once is done one after the other, or all at once."""
    email = ses_patience() + database_call()
    yield at.claimed_emails() * email, at.email_lease(), "emails: a batch, its lease"
    delivery = constant("shared.webhooks.delivery.client.TIMEOUT_SECONDS")
    lease = constant("shared.webhooks.repository.LEASE_SECONDS")
    yield delivery + database_call(), lease, "webhooks: a delivery, its lease"
    lease = constant("shared.bulk_updates.repository.LEASE_SECONDS")
    yield database_call(), lease, "bulk updates: a chunk, its lease"


def a_lease_is_the_same_in_python_and_sql(at: Sources) -> Iterator[Comparison]:
    for function, module in (
        ("claim_webhook_deliveries", "webhooks"),
        ("claim_bulk_update", "bulk_updates"),
    ):
        python = constant(f"shared.{module}.repository.LEASE_SECONDS")
        sql = at.default(function, "lease_seconds")
        yield python, sql, f"{function}: Python's, the default"
        yield sql, python, f"{function}: the default, Python's"


def a_worker_begins_only_what_it_can_finish(at: Sources) -> Iterator[Comparison]:
    """A worker stops when less time is left than its next step takes at worst."""
    call = database_call()
    webhook = constant("shared.webhooks.delivery.client.TIMEOUT_SECONDS")
    for worker, margin, step in (
        ("DeliverEmails", "use_case.WORST_MILLISECONDS", 2 * call + ses_patience()),
        ("DeliverWebhooks", "use_case.WORST_SECONDS", 2 * call + webhook),
        ("ApplyBulkUpdates", "use_case.CHUNK_MILLISECONDS", 2 * call),
        ("AssignWaitingTickets", "app.BATCH_MILLISECONDS", call),
        ("CloseSolvedTickets", "app.BATCH_MILLISECONDS", call),
        ("FillFieldValues", "app.CHUNK_MILLISECONDS", call),
        ("ReleaseIdleTickets", "app.BATCH_MILLISECONDS", call),
        ("RelayMissedEvents", "use_case.BATCH_MILLISECONDS", call + sqs_patience()),
    ):
        handler = at.functions()[worker]["Handler"].removesuffix("app.handler")
        left = constant(handler + margin)
        yield step, left, f"{worker}: a step at worst, what must be left for it"
        yield left + 1, at.limit(worker), f"{worker}: one step, its time"


def a_query_ends_before_its_call_and_its_function(at: Sources) -> Iterator[Comparison]:
    for role in ("authenticated", "authenticator"):
        yield at.statement_limit(role) + 1, database_call(), f"{role}: a query, a call"
    for name in at.functions():
        yield database_call() + 1, at.limit(name), f"{name}: a call, its time"


def a_request_is_answered_before_the_gateway_does(at: Sources) -> Iterator[Comparison]:
    for name, about in at.functions().items():
        variables = about.get("Environment", {}).get("Variables", {})
        if triggers(about, "HttpApi"):
            secret = [name for name in variables if name.endswith("_PARAMETER")]
            takes = database_call() + bool(secret) * parameter_patience()
            yield takes + 1, at.limit(name), f"{name}: a secret and a call, its time"
            yield at.limit(name) + 1, GATEWAY, f"{name}: its time, the gateway's"


def a_message_stays_hidden_while_it_is_tried(at: Sources) -> Iterator[Comparison]:
    for name, about in at.functions().items():
        for source in triggers(about, "SQS"):
            queue = at.queues()[source["Queue"]["Fn::GetAtt"][0]]
            hidden = queue.get("VisibilityTimeout", SQS_VISIBILITY)
            yield VISIBLE * at.limit(name), hidden, f"{name}: its time, invisibility"


def a_message_is_kept_while_it_is_tried(at: Sources) -> Iterator[Comparison]:
    for name, queue in at.queues().items():
        kept = queue.get("MessageRetentionPeriod", SQS_RETENTION)
        if redrive := queue.get("RedrivePolicy"):
            hidden = queue.get("VisibilityTimeout", SQS_VISIBILITY)
            tried = SQS_DELAY + redrive["maxReceiveCount"] * hidden
            yield tried, kept, f"{name}: all its tries, how long it is kept"
            dead = at.queues()[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]
            # Its age counts from when it was sent, not from when it was given up.
            later = dead.get("MessageRetentionPeriod", SQS_RETENTION) - 7 * DAY
            yield (
                kept,
                later,
                f"{name}: how long it is kept, a week less as a dead letter",
            )


def waits_double(waits: list[float], first: float, cap: float) -> Iterator[Comparison]:
    yield first, waits[0], "the first wait, at least"
    yield waits[0], first, "the first wait, at most"
    for number, (before, after) in enumerate(pairwise(waits), 1):
        yield min(2 * before, cap), after, f"wait {number} doubled, wait {number + 1}"
        yield after, min(2 * before, cap), f"wait {number + 1}, wait {number} doubled"


def events_are_retried_ever_more_rarely(at: Sources) -> Iterator[Comparison]:
    waits = at.event_waits()
    yield from waits_double(waits, first=5, cap=HOUR)
    yield 600, sum(waits), "ten minutes, all waits"


def emails_are_retried_ever_more_rarely(at: Sources) -> Iterator[Comparison]:
    waits = at.email_waits()
    yield from waits_double(waits, first=60, cap=4 * HOUR)
    yield 8 * HOUR, sum(waits), "the eight hours of the documents, all waits"
    yield sum(waits), 9 * HOUR, "all waits, about eight hours"


def webhooks_are_retried_ever_more_rarely(at: Sources) -> Iterator[Comparison]:
    waits, age = [], 0.0
    while (wait := back_off(len(waits) + 1, age, 0, 0.5)) is not None:
        waits.append(wait)
        age += wait
    yield from waits_double(waits[:-1], first=5, cap=DAY)
    yield DAY, age, "a day, all waits"
    yield age, DAY, "all waits, a day"
    for attempt, wait in enumerate(waits[:-1], 1):
        soon, late = (back_off(attempt, 0, 0, luck) for luck in (0.0, 1.0))
        yield 0.75 * wait, soon, f"attempt {attempt}: a quarter less, the earliest"
        yield soon, 0.75 * wait, f"attempt {attempt}: the earliest, a quarter less"
        yield late, 1.25 * wait, f"attempt {attempt}: the latest, a quarter more"
        yield 1.25 * wait, late, f"attempt {attempt}: a quarter more, the latest"


def a_delivery_is_kept_while_it_is_retried(at: Sources) -> Iterator[Comparison]:
    tried = constant("shared.webhooks.delivery.retries.LAST_ATTEMPT")
    lease = constant("shared.webhooks.repository.LEASE_SECONDS")
    yield tried + lease, at.least("webhook_log_kept"), "a day of tries, the log"


def the_schedule_catches_what_nobody_triggers(at: Sources) -> Iterator[Comparison]:
    minute = at.period("DispatchJobs")
    soon = constant("functions.deliver_webhooks.app.SOON_SECONDS")
    yield minute, soon, "the schedule, what a worker triggers itself for"
    yield soon, SQS_DELAY, "what a worker triggers itself for, the longest delay"
    for name, about in at.started():
        waits = about["EventInvokeConfig"]["MaximumEventAgeInSeconds"]
        yield waits, minute, f"{name}: how long its start may wait, the next one"
        yield at.limit(name), minute, f"{name}: its time, the next start"


def the_hook_comes_before_the_relay(at: Sources) -> Iterator[Comparison]:
    first = at.first_look()
    yield at.limit("ReceiveDbWebhook"), first, "the hook's time, the relay's first look"


def an_alarm_waits_for_the_repair(at: Sources) -> Iterator[Comparison]:
    """What the relay brings back in its time is no reason to wake anybody."""
    repaired = at.first_look() + at.period("DispatchJobs") + at.missed_event_lease()
    lag = at.alarm("EventLagAlarm")["Threshold"]
    yield repaired, lag, "a lost event brought back twice, the alarm"
    stopped = at.alarm("StoppedSchedulerAlarm")
    yield 2 * at.period("DispatchJobs"), stopped["Period"], "two starts, the alarm's"


def the_schedule_finds_a_place(at: Sources) -> Iterator[Comparison]:
    """What reads a queue leaves the place that the schedule needs."""
    for name, about in at.functions().items():
        if reserved := at.reserved(name):
            polls = [
                source["ScalingConfig"]["MaximumConcurrency"]
                for source in triggers(about, "SQS")
            ]
            needed = sum(polls) + len(triggers(about, *SCHEDULES))
            yield needed, reserved, f"{name}: its triggers, what is reserved for it"


def workers_leave_room_for_people(at: Sources) -> Iterator[Comparison]:
    reserved = sum(at.reserved(name) for name in at.functions())
    yield reserved, (ACCOUNT - UNRESERVED) / 10, "what workers reserve, a tenth"


LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        a_lease_outlasts_the_worker_that_holds_it,
        a_lease_outlasts_what_was_claimed_with_it,
        a_lease_is_the_same_in_python_and_sql,
        a_worker_begins_only_what_it_can_finish,
        a_query_ends_before_its_call_and_its_function,
        a_request_is_answered_before_the_gateway_does,
        a_message_stays_hidden_while_it_is_tried,
        a_message_is_kept_while_it_is_tried,
        events_are_retried_ever_more_rarely,
        emails_are_retried_ever_more_rarely,
        webhooks_are_retried_ever_more_rarely,
        a_delivery_is_kept_while_it_is_retried,
        the_schedule_catches_what_nobody_triggers,
        the_hook_comes_before_the_relay,
        an_alarm_waits_for_the_repair,
        the_schedule_finds_a_place,
        workers_leave_room_for_people,
    )
}


def violations(law: str, at: Sources) -> list[str]:
    """Say what a law forbids and is so."""
    return [
        f"{about}: {smaller:g} > {larger:g}"
        for smaller, larger, about in LAWS[law](at)
        if smaller > larger
    ]
