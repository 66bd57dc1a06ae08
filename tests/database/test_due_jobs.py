"""The jobs due: each while there is work for it, and no other."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.core.jobs import Job
from tests.moving_time import pass_time

from .acting import WORKER
from .assigning import AGENT_CHOICES, make_available, set_strategy
from .bulk import run_all, start
from .notifying import assigned_ticket, make_emails_due, process_events
from .webhooks import create_event, create_webhook

pytestmark = pytest.mark.slow
LONG_AGO = datetime.now(UTC) - timedelta(days=100)


def due_jobs(db):
    """Return the due jobs but for what nearly anything, or any new day, makes due."""
    usual = {Job.QUEUE_STATUSES, Job.REPORT_DAYS}
    return set(db.rows(WORKER, "due_jobs")) - usual


def broadcast_statuses(db):
    db.call(WORKER, "broadcast_queue_statuses")


def test_no_job_is_due_without_work(db):
    db.create_ticket_in("open")
    broadcast_statuses(db)

    assert db.rows(WORKER, "due_jobs") == []


def test_unprocessed_events_are_due_after_a_while(db):
    db.create_ticket()
    assert due_jobs(db) == set()  # its webhook may still come

    db.execute("update private.outbox set due_at = now()")
    assert due_jobs(db) == {Job.MISSED_EVENTS}

    db.rows(WORKER, "claim_missed_events")
    assert due_jobs(db) == set()


def test_waiting_tickets_are_due_when_an_agent_has_room(db):
    db.create_ticket()
    set_strategy(db, "least_loaded")
    assert due_jobs(db) == set()  # nobody is there

    make_available(db, "agent")
    assert due_jobs(db) == {Job.WAITING_TICKETS}

    due = "queues_due_for_assignment"
    [queue] = db.rows(WORKER, due, strategies=["least_loaded"])
    db.call(WORKER, "assign_waiting_tickets", queue=queue, agent_choices=AGENT_CHOICES)
    assert due_jobs(db) == set()


def test_waiting_tickets_are_not_due_in_manual_queues(db):
    db.create_ticket()
    make_available(db, "agent")

    assert due_jobs(db) == set()


def test_idle_tickets_are_due_after_the_limit_of_the_queue(db):
    changes = {"released_after_minutes": 5}
    db.call("admin", "change_queue", queue="support", changes=changes)
    ticket = db.create_ticket_in("open")
    db.execute("alter table public.ticket_events disable trigger refuse_update")
    db.execute("alter table public.tickets disable trigger apply_ticket_rules")
    db.execute("update public.ticket_events set occurred_at = %s", LONG_AGO)
    assert due_jobs(db) == set()

    db.execute("update public.tickets set waiting_since = %s", LONG_AGO)
    db.execute("update public.tickets set assigned_at = %s", LONG_AGO)
    db.execute("alter table public.tickets enable trigger apply_ticket_rules")
    assert due_jobs(db) == {Job.IDLE_TICKETS}

    db.call(WORKER, "release_idle_tickets")
    assert db.reload(ticket)["assignee_id"] is None
    assert due_jobs(db) == set()


def test_solved_tickets_are_due_after_the_time_for_replies(db):
    db.create_ticket_in("solved")
    assert due_jobs(db) == set()

    db.execute("update public.tickets set solved_at = %s", LONG_AGO)
    assert due_jobs(db) == {Job.SOLVED_TICKETS}

    db.call(WORKER, "close_solved_tickets")
    assert due_jobs(db) == set()


def test_automations_are_due_when_a_snoozed_ticket_is_to_wake(db):
    ticket = db.create_ticket_in("open")
    until = db.scalar("select (private.now() + interval '1 hour')::text")
    db.call("agent", "snooze_ticket", ticket=ticket["id"], until=until)
    assert due_jobs(db) == set()

    pass_time(db.connection, hours=1)
    assert due_jobs(db) == {Job.AUTOMATIONS}

    db.call(WORKER, "run_automations")
    assert due_jobs(db) == set()


@pytest.mark.parametrize("rule", ["remind_after_hours", "close_after_hours"])
def test_automations_are_due_after_the_silence_that_a_queue_allows(db, rule):
    db.call("admin", "change_queue", queue="support", changes={rule: 24})
    db.create_ticket_in("pending")
    pass_time(db.connection, hours=23)
    assert due_jobs(db) == set()

    pass_time(db.connection, hours=1)
    assert due_jobs(db) == {Job.AUTOMATIONS}

    db.call(WORKER, "run_automations")
    assert due_jobs(db) == set()


def test_days_are_due_for_reports_once_they_are_over(db):
    db.create_ticket()
    broadcast_statuses(db)
    assert db.rows(WORKER, "due_jobs") == []

    pass_time(db.connection, days=1, minutes=10)
    assert Job.REPORT_DAYS in db.rows(WORKER, "due_jobs")

    db.call(WORKER, "count_report_day")
    assert Job.REPORT_DAYS not in db.rows(WORKER, "due_jobs")


def test_queue_statuses_are_due_when_changed_since_the_broadcast(db):
    broadcast_statuses(db)
    db.create_ticket()
    assert db.rows(WORKER, "due_jobs") == [Job.QUEUE_STATUSES]

    db.execute(
        "update private.queue_status_broadcasts"
        " set sent_at = now() - interval '2 seconds'"
    )
    broadcast_statuses(db)
    assert db.rows(WORKER, "due_jobs") == []


def test_unfinished_bulk_updates_are_due(db):
    start(db, [db.create_ticket()], add_tags=["late"])
    assert due_jobs(db) == {Job.BULK_UPDATES}

    run_all(db)
    assert due_jobs(db) == set()


def test_old_bulk_updates_are_due_for_deletion(db):
    start(db, [db.create_ticket()], add_tags=["late"])
    run_all(db)

    db.execute("update private.bulk_updates set finished_at = %s", LONG_AGO)
    assert due_jobs(db) == {Job.BULK_UPDATES}

    db.call(WORKER, "delete_old_bulk_updates")
    assert due_jobs(db) == set()


@pytest.fixture
def webhook(db):
    """An endpoint with a pending delivery."""
    made = create_webhook(db)
    create_event(db)
    return made["id"]


def test_webhook_deliveries_are_due_until_claimed(db, webhook):
    assert due_jobs(db) == {Job.WEBHOOKS}

    db.rows(WORKER, "claim_webhook_deliveries")
    assert due_jobs(db) == set()


@pytest.mark.parametrize(
    "state", ["paused_at = now()", "disabled_at = now(), disabled_reason = 'gone'"]
)
def test_deliveries_to_paused_or_disabled_webhooks_are_not_due(db, webhook, state):
    db.execute(f"update private.webhook_endpoints set {state}")  # noqa: S608

    assert due_jobs(db) == set()


def test_old_webhook_deliveries_are_due_for_deletion(db, webhook):
    db.execute("update private.webhook_deliveries set delivered_at = now()")
    db.execute("update private.webhook_deliveries set created_at = %s", LONG_AGO)
    assert due_jobs(db) == {Job.WEBHOOKS}

    db.call(WORKER, "delete_old_webhook_deliveries")
    assert due_jobs(db) == set()


def test_emails_are_due_after_their_delay(db):
    db.comment("agent", assigned_ticket(db))
    process_events(db)
    assert due_jobs(db) == set()

    make_emails_due(db)
    assert due_jobs(db) == {Job.EMAILS}

    db.rows(WORKER, "claim_emails")
    assert due_jobs(db) == set()


def test_old_emails_and_notifications_are_due_for_deletion(db):
    db.comment("agent", assigned_ticket(db))
    process_events(db)

    db.execute(
        "update private.emails set gave_up_at = now(), created_at = %s", LONG_AGO
    )
    assert due_jobs(db) == {Job.EMAILS}
    db.call(WORKER, "delete_old_notifications")
    assert due_jobs(db) == set()

    db.execute("update public.notifications set read_at = %s", LONG_AGO)
    assert due_jobs(db) == {Job.EMAILS}
    db.call(WORKER, "delete_old_notifications")
    assert due_jobs(db) == set()
