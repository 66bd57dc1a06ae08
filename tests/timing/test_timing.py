"""Every law of timing holds, and finds what breaks it wherever that stands."""

import pytest

from shared.core.aws import client
from tests.database.planting import replant

from .laws import LAWS, violations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("law", LAWS)
def test_a_law_holds(sources, law):
    assert violations(law, sources) == []


def template(resource, *path, value):
    def plant(sources, monkeypatch):
        place = sources.template["Resources"][resource]["Properties"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return plant


def python(name, value):
    def plant(sources, monkeypatch):
        monkeypatch.setattr(name, value)

    return plant


def sql(function, old, new):
    def plant(sources, monkeypatch):
        replant(sources.db, function, old, new)

    return plant


def statement(text):
    def plant(sources, monkeypatch):
        sources.db.execute(text)

    return plant


def patient_mailer(sources, monkeypatch):
    monkeypatch.setattr(
        "shared.notifications.email.mailer.client",
        lambda service, attempts, patience: client(service, attempts, 200),
    )


def constant_wait(attempt, age, requested, luck):
    return 5.0 if age < 86_400 else None


def early(attempt, age, requested, luck):
    left = 86_400 - age
    return None if left <= 0 else min(5.0 * 2 ** (attempt - 1), left)


SCHEDULE = ("Events", "EveryMinute", "Properties", "ScheduleExpression")
TRIGGER = ("Events", "Trigger", "Properties", "ScalingConfig", "MaximumConcurrency")
MAIL, WEBHOOKS = "functions.deliver_emails", "functions.deliver_webhooks"
PLANTED = [
    (
        "a_lease_outlasts_the_worker_that_holds_it",
        sql("api.claim_emails", "2 minutes", "59 seconds"),
    ),
    (
        "a_lease_outlasts_the_worker_that_holds_it",
        sql("api.claim_missed_events", "2 minutes", "20 seconds"),
    ),
    (
        "a_lease_outlasts_the_worker_that_holds_it",
        python("shared.webhooks.repository.LEASE_SECONDS", 59),
    ),
    (
        "a_lease_outlasts_the_worker_that_holds_it",
        python("shared.bulk_updates.repository.LEASE_SECONDS", 59),
    ),
    (
        "a_lease_outlasts_the_worker_that_holds_it",
        template("DeliverEmailsFunction", "Timeout", value=121),
    ),
    ("a_lease_outlasts_what_was_claimed_with_it", patient_mailer),
    (
        "a_lease_outlasts_what_was_claimed_with_it",
        python("shared.notifications.email.queue.BATCH", 10),
    ),
    (
        "a_lease_outlasts_what_was_claimed_with_it",
        sql("api.claim_emails", "2 minutes", "20 seconds"),
    ),
    (
        "a_lease_is_the_same_in_python_and_sql",
        python("shared.webhooks.repository.LEASE_SECONDS", 120),
    ),
    (
        "a_lease_is_the_same_in_python_and_sql",
        python("shared.bulk_updates.repository.LEASE_SECONDS", 120),
    ),
    (
        "a_worker_begins_only_what_it_can_finish",
        python(f"{MAIL}.use_case.WORST_MILLISECONDS", 12_000),
    ),
    (
        "a_worker_begins_only_what_it_can_finish",
        python(f"{WEBHOOKS}.use_case.WORST_SECONDS", 25.0),
    ),
    (
        "a_worker_begins_only_what_it_can_finish",
        python("functions.close_solved_tickets.app.BATCH_MILLISECONDS", 2_000),
    ),
    (
        "a_worker_begins_only_what_it_can_finish",
        template("ApplyBulkUpdatesFunction", "Timeout", value=20),
    ),
    (
        "a_query_ends_before_its_call_and_its_function",
        statement("alter role authenticated set statement_timeout = '30s'"),
    ),
    (
        "a_query_ends_before_its_call_and_its_function",
        python("shared.core.persistence.transport.TIMEOUT_SECONDS", 5.0),
    ),
    (
        "a_query_ends_before_its_call_and_its_function",
        template("GetTicketFunction", "Timeout", value=5),
    ),
    (
        "a_request_is_answered_before_the_gateway_does",
        template("GetTicketFunction", "Timeout", value=60),
    ),
    (
        "a_request_is_answered_before_the_gateway_does",
        template("CreateTicketFunction", "Timeout", value=15),
    ),
    (
        "a_message_stays_hidden_while_it_is_tried",
        template("EventQueue", "VisibilityTimeout", value=179),
    ),
    (
        "a_message_stays_hidden_while_it_is_tried",
        template("DispatchJobsFunction", "Timeout", value=31),
    ),
    (
        "a_message_is_kept_while_it_is_tried",
        template("JobQueue", "MessageRetentionPeriod", value=300),
    ),
    (
        "a_message_is_kept_while_it_is_tried",
        template("EventDeadLetters", "MessageRetentionPeriod", value=345_600),
    ),
    (
        "events_are_retried_ever_more_rarely",
        sql("api.fail_event", "2 ^ attempts", "1 ^ attempts"),
    ),
    (
        "events_are_retried_ever_more_rarely",
        sql("api.fail_event", "2 ^ attempts", "(attempts + 1)"),
    ),
    (
        "emails_are_retried_ever_more_rarely",
        sql("api.record_email_failure", "'1 minute' * 2 ^", "'1 minute' * 1 ^"),
    ),
    (
        "emails_are_retried_ever_more_rarely",
        sql("private.email_attempts", "10", "4"),
    ),
    (
        "webhooks_are_retried_ever_more_rarely",
        python("tests.timing.laws.back_off", constant_wait),
    ),
    (
        "webhooks_are_retried_ever_more_rarely",
        python("tests.timing.laws.back_off", early),
    ),
    (
        "webhooks_are_retried_ever_more_rarely",
        python("shared.webhooks.delivery.retries.LAST_ATTEMPT", 3600.0),
    ),
    (
        "a_delivery_is_kept_while_it_is_retried",
        python("shared.webhooks.delivery.retries.LAST_ATTEMPT", 7 * 86_400.0),
    ),
    (
        "the_schedule_catches_what_nobody_triggers",
        template("DispatchJobsFunction", *SCHEDULE, value="rate(1 hour)"),
    ),
    (
        "the_schedule_catches_what_nobody_triggers",
        python(f"{WEBHOOKS}.app.SOON_SECONDS", 5.0),
    ),
    (
        "the_schedule_catches_what_nobody_triggers",
        template(
            "DeliverEmailsFunction",
            "EventInvokeConfig",
            "MaximumEventAgeInSeconds",
            value=3600,
        ),
    ),
    (
        "the_hook_comes_before_the_relay",
        statement("alter table private.outbox alter due_at set default now()"),
    ),
    (
        "an_alarm_waits_for_the_repair",
        template("EventLagAlarm", "Threshold", value=60),
    ),
    (
        "an_alarm_waits_for_the_repair",
        template("StoppedSchedulerAlarm", "Period", value=60),
    ),
    (
        "the_schedule_finds_a_place",
        template("DispatchJobsFunction", *TRIGGER, value=3),
    ),
    (
        "workers_leave_room_for_people",
        template("DeliverWebhooksFunction", "ReservedConcurrentExecutions", value=500),
    ),
]


@pytest.mark.parametrize(
    ("law", "plant"), PLANTED, ids=[f"{law}-{n}" for n, (law, _) in enumerate(PLANTED)]
)
def test_a_law_finds_what_breaks_it(sources, monkeypatch, law, plant):
    plant(sources, monkeypatch)

    assert violations(law, sources) != []


def test_every_law_is_broken_by_something():
    assert {law for law, _ in PLANTED} == set(LAWS)
