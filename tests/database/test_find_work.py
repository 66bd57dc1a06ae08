"""What the clock finds: each kind of work while there is some, and nothing besides."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.core.jobs import Job

from .bulk import begin, work
from .desk import WORKER
from .shifts import AGENT_CHOICES, begin_work, use
from .told import assigned_ticket, mail_is_due, settle

pytestmark = pytest.mark.slow
LONG_AGO = datetime.now(UTC) - timedelta(days=100)


def found(desk):
    """What there is, besides the statuses of queues, which nearly anything changes."""
    return set(desk.rows(WORKER, "due_jobs")) - {Job.QUEUE_STATUSES}


def tell(desk):
    desk.call(WORKER, "broadcast_queue_statuses")


def test_an_idle_desk_has_no_work(desk):
    desk.ticket_in("open")
    tell(desk)

    assert desk.rows(WORKER, "due_jobs") == []


def test_events_that_nobody_has_reacted_to(desk):
    desk.ticket()
    assert found(desk) == set()  # its webhook may still come

    desk.run("update private.outbox set due_at = now()")
    assert found(desk) == {Job.MISSED_EVENTS}

    desk.rows(WORKER, "claim_missed_events")
    assert found(desk) == set()


def test_tickets_for_which_somebody_has_room(desk):
    desk.ticket()
    use(desk, "least_loaded")
    assert found(desk) == set()  # nobody is there

    begin_work(desk, "agent")
    assert found(desk) == {Job.WAITING_TICKETS}

    due = "queues_due_for_assignment"
    [queue] = desk.rows(WORKER, due, strategies=["least_loaded"])
    desk.call(
        WORKER, "assign_waiting_tickets", queue=queue, agent_choices=AGENT_CHOICES
    )
    assert found(desk) == set()


def test_in_a_queue_where_people_take_tickets_none_is_given(desk):
    desk.ticket()
    begin_work(desk, "agent")

    assert found(desk) == set()


def test_tickets_that_wait_too_long_for_their_owner(desk):
    changes = {"released_after_minutes": 5}
    desk.call("admin", "change_queue", queue="support", changes=changes)
    ticket = desk.ticket_in("open")
    desk.run("alter table public.ticket_events disable trigger refuse_update")
    desk.run("alter table public.tickets disable trigger apply_ticket_rules")
    desk.run("update public.ticket_events set occurred_at = %s", LONG_AGO)
    assert found(desk) == set()

    desk.run("update public.tickets set waiting_since = %s", LONG_AGO)
    desk.run("update public.tickets set assigned_at = %s", LONG_AGO)
    desk.run("alter table public.tickets enable trigger apply_ticket_rules")
    assert found(desk) == {Job.IDLE_TICKETS}

    desk.call(WORKER, "release_idle_tickets")
    assert desk.now(ticket)["assignee_id"] is None
    assert found(desk) == set()


def test_solved_tickets_whose_time_is_over(desk):
    desk.ticket_in("solved")
    assert found(desk) == set()

    desk.run("update public.tickets set solved_at = %s", LONG_AGO)
    assert found(desk) == {Job.SOLVED_TICKETS}

    desk.call(WORKER, "close_solved_tickets")
    assert found(desk) == set()


def test_queues_that_stand_otherwise_than_was_told(desk):
    tell(desk)
    desk.ticket()
    assert desk.rows(WORKER, "due_jobs") == [Job.QUEUE_STATUSES]

    desk.run(
        "update private.queue_status_broadcasts"
        " set sent_at = now() - interval '2 seconds'"
    )
    tell(desk)
    assert desk.rows(WORKER, "due_jobs") == []


def test_bulk_updates_that_are_not_done(desk):
    begin(desk, [desk.ticket()], add_tags=["late"])
    assert found(desk) == {Job.BULK_UPDATES}

    work(desk)
    assert found(desk) == set()


def test_bulk_updates_to_forget(desk):
    begin(desk, [desk.ticket()], add_tags=["late"])
    work(desk)

    desk.run("update private.bulk_updates set finished_at = %s", LONG_AGO)
    assert found(desk) == {Job.BULK_UPDATES}

    desk.call(WORKER, "delete_old_bulk_updates")
    assert found(desk) == set()


@pytest.fixture
def webhook(desk):
    """An endpoint that is owed an event."""
    made = desk.call("admin", "create_webhook", url="https://hooks.example.com/x")
    [event] = desk.events(desk.ticket())
    desk.call(WORKER, "create_webhook_deliveries", event=event["id"])
    return made["id"]


def test_webhooks_that_are_due(desk, webhook):
    assert found(desk) == {Job.WEBHOOKS}

    desk.rows(WORKER, "claim_webhook_deliveries")
    assert found(desk) == set()


@pytest.mark.parametrize(
    "state", ["paused_at = now()", "disabled_at = now(), disabled_reason = 'gone'"]
)
def test_webhooks_to_an_endpoint_that_wants_none_wait(desk, webhook, state):
    desk.run(f"update private.webhook_endpoints set {state}")  # noqa: S608

    assert found(desk) == set()


def test_deliveries_to_forget(desk, webhook):
    desk.run("update private.webhook_deliveries set delivered_at = now()")
    desk.run("update private.webhook_deliveries set created_at = %s", LONG_AGO)
    assert found(desk) == {Job.WEBHOOKS}

    desk.call(WORKER, "delete_old_webhook_deliveries")
    assert found(desk) == set()


def test_mail_that_has_waited_for_more_to_tell(desk):
    desk.say("agent", assigned_ticket(desk))
    settle(desk)
    assert found(desk) == set()

    mail_is_due(desk)
    assert found(desk) == {Job.EMAILS}

    desk.rows(WORKER, "claim_emails")
    assert found(desk) == set()


def test_mail_and_notifications_to_forget(desk):
    desk.say("agent", assigned_ticket(desk))
    settle(desk)

    desk.run("update private.emails set gave_up_at = now(), created_at = %s", LONG_AGO)
    assert found(desk) == {Job.EMAILS}
    desk.call(WORKER, "delete_old_notifications")
    assert found(desk) == set()

    desk.run("update public.notifications set read_at = %s", LONG_AGO)
    assert found(desk) == {Job.EMAILS}
    desk.call(WORKER, "delete_old_notifications")
    assert found(desk) == set()
