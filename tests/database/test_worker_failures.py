"""Every worker fails at every step, is repaired and runs again; nothing is lost.

A step is a call of the database, of AWS or of a receiver; it fails once, before its
effect or after it. What is in the database is then as after a run without failures.
What happens outside happens at least once, and once more where the failure hid it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from functions.apply_bulk_updates.app import handler as apply_bulk_updates
from functions.assign_waiting_tickets.app import handler as assign_waiting_tickets
from functions.broadcast_queue_status.app import get_broadcast
from functions.broadcast_queue_status.app import handler as broadcast_queue_status
from functions.check_files.app import handler as check_files
from functions.close_solved_tickets.app import handler as close_solved_tickets
from functions.deliver_emails.app import get_sender
from functions.deliver_emails.app import handler as deliver_emails
from functions.deliver_webhooks.app import handler as deliver_webhooks
from functions.dispatch_jobs.app import get_dispatcher
from functions.dispatch_jobs.app import handler as dispatch_jobs
from functions.fill_field_values.app import handler as fill_field_values
from functions.process_events.app import handler as process_events
from functions.process_events.use_case import get_process
from functions.rebuild_search.app import handler as rebuild_search
from functions.receive_db_webhook.hook import EventHook, EventRecord
from functions.receive_db_webhook.use_case import Intake
from functions.relay_missed_events.app import get_relay
from functions.relay_missed_events.app import handler as relay_missed_events
from functions.release_idle_tickets.app import handler as release_idle_tickets
from functions.report_metrics.app import handler as report_metrics
from functions.sweep_files.app import handler as sweep_files
from shared.core.auth import accept_proof
from shared.core.jobs import open_job_trigger
from shared.core.persistence.storage import BucketFiles
from shared.core.persistence.worker import WorkerDatabase
from shared.outbox import EventIntakeRepository, open_event_queue
from shared.reactions import deployed_reactions
from tests.architecture.source import APPS
from tests.events import context, sqs_record

from .acting import ANON, ActingConnection
from .arrange import age_tickets, define_field, store_webhook_settings
from .assigning import make_available, set_strategy
from .bulk import start
from .failing import Outside
from .files import announce, check, upload
from .notifying import assigned_ticket, queue_due_email
from .personas import id_of
from .webhooks import create_event, create_webhook

pytestmark = pytest.mark.slow
Arrange = Callable[[ActingConnection], Any]
Run = Callable[[Outside], Any]
SECRET = "only-for-this-test"


@dataclass(frozen=True)
class Case:
    """A worker, and some work for it.

    Attributes:
        arrange: makes the work.
        run: runs the worker, once.
        repeats: which effects outside may happen twice, by their first word.
        may_miss: effects that only hurry something which the scheduler finds too.
    """

    arrange: Arrange
    run: Run
    repeats: frozenset[str] = frozenset()
    may_miss: frozenset[str] = frozenset()


def scheduled(handler: Callable[..., Any]) -> Run:
    return lambda outside: handler({}, context(60_000))


# Arranging ------------------------------------------------------------------


def arrange_events(db):
    """Events of which each reaction has something to do."""
    set_strategy(db, "least_loaded")
    make_available(db, "agent", "neighbour")
    db.execute("delete from private.outbox")
    create_webhook(db, event_types=["TICKET_CREATED", "TICKET_COMMENTED"])
    db.call("lead", "set_queue_notifications", queue="support", in_app=True, email=True)
    ticket = db.create_ticket()
    db.comment("customer", ticket)
    db.note(ticket, "lead")


def arrange_emails(db):
    for _ in range(3):
        queue_due_email(db, assigned_ticket(db))
    people = ["customer", "colleague", "stranger"]
    rows = db.execute("select id from private.emails order by created_at, id")
    for (email,), who in zip(rows.fetchall(), people, strict=True):
        db.execute(
            "update public.people set email = %s where id = %s",
            f"{who}@x.example",
            id_of(who),
        )
        db.execute(
            "update private.emails set person_id = %s where id = %s", id_of(who), email
        )


def arrange_webhooks(db):
    create_webhook(db)
    for _ in range(3):
        create_event(db)


def arrange_waiting(db):
    for _ in range(3):
        db.create_ticket()
    set_strategy(db, "least_loaded")
    make_available(db, "agent", "neighbour")


def arrange_bulk(db):
    tickets = [assigned_ticket(db) for _ in range(3)]
    start(db, tickets, status="open", reason="Looking")


def arrange_missed(db):
    for _ in range(3):
        db.create_ticket()
    db.execute("update private.outbox set due_at = now() - interval '1 second'")


def arrange_solved(db):
    for _ in range(2):
        db.create_ticket_in("solved")
    db.execute("update public.tickets set solved_at = now() - interval '29 days'")


def arrange_fill(db):
    for size in range(3):
        db.create_ticket(data={"size": size})
    define_field(db, "size", "integer", filterable=True)
    # The transaction of this test never ends, for which the first run would wait.
    db.execute("update private.field_fills set after_transaction = 0")


def arrange_files(db):
    ticket = db.create_ticket()
    upload(db, announce(db, ticket))
    upload(db, announce(db, ticket, name="no.png", content_type="image/png"))


def arrange_unused_files(db):
    ticket = db.create_ticket()
    announce(db, ticket)
    check(db, upload(db, announce(db, ticket)), "wrong-type")
    check(db, upload(db, announce(db, ticket)))
    db.execute("update public.attachments set created_at = now() - interval '31 days'")


def arrange_search(db):
    for _ in range(3):
        db.create_ticket(body="Die Häuser brennen.")
    db.call("admin", "change_settings", changes={"search_language": "de"})
    # As above.
    db.execute("update private.search_rebuilds set after_transaction = 0")


def arrange_idle(db):
    changes = {"released_after_minutes": 60}
    db.call("admin", "change_queue", queue="support", changes=changes)
    for _ in range(2):
        db.create_ticket_in("open")
    age_tickets(db, 61)


def arrange_jobs(db):
    arrange_emails(db)
    arrange_missed(db)
    arrange_webhooks(db)


def arrange_hook(db):
    store_webhook_settings(db, secret=SECRET)
    db.create_ticket()


# Running --------------------------------------------------------------------


def run_process_events(outside):
    pending = outside.db.execute(
        "select event_id::text from private.outbox order by event_id"
    ).fetchall()
    if not pending:
        return None
    records = [sqs_record({"event_id": event}, event) for (event,) in pending]
    return process_events({"Records": records}, context(60_000))


def run_hook(outside):
    """The webhook of an event comes; when it fails, the scheduler's relay is next."""

    class Anonymous:
        def call(self, function, arguments):
            return outside.call_database(function, arguments, ANON)

    event = outside.db.scalar("select event_id from private.outbox")
    hook = EventHook(
        EventRecord(id=event, type="TICKET_CREATED"), accept_proof(str(event), SECRET)
    )
    intake = Intake([SECRET], open_event_queue(), open_job_trigger())
    if not outside.effects and outside.calls == 0:
        intake.take(hook, EventIntakeRepository(Anonymous()))
    elif not outside.effects:
        relay_missed_events({}, context(60_000))


CASES = {
    "process_events": Case(
        arrange_events,
        run_process_events,
        repeats=frozenset({"bus", "job"}),
        may_miss=frozenset({"job"}),
    ),
    "deliver_emails": Case(
        arrange_emails, scheduled(deliver_emails), repeats=frozenset({"email"})
    ),
    "deliver_webhooks": Case(
        arrange_webhooks,
        scheduled(deliver_webhooks),
        repeats=frozenset({"webhook", "job"}),
        may_miss=frozenset({"job"}),
    ),
    "broadcast_queue_status": Case(
        arrange_waiting,
        scheduled(broadcast_queue_status),
        repeats=frozenset({"job"}),
        may_miss=frozenset({"job"}),
    ),
    "assign_waiting_tickets": Case(arrange_waiting, scheduled(assign_waiting_tickets)),
    "apply_bulk_updates": Case(arrange_bulk, scheduled(apply_bulk_updates)),
    "relay_missed_events": Case(
        arrange_missed, scheduled(relay_missed_events), repeats=frozenset({"queue"})
    ),
    "close_solved_tickets": Case(arrange_solved, scheduled(close_solved_tickets)),
    "fill_field_values": Case(arrange_fill, scheduled(fill_field_values)),
    "rebuild_search": Case(arrange_search, scheduled(rebuild_search)),
    "check_files": Case(arrange_files, scheduled(check_files)),
    "sweep_files": Case(
        arrange_unused_files, scheduled(sweep_files), repeats=frozenset({"remove"})
    ),
    "release_idle_tickets": Case(arrange_idle, scheduled(release_idle_tickets)),
    "dispatch_jobs": Case(
        arrange_jobs, scheduled(dispatch_jobs), repeats=frozenset({"worker"})
    ),
    "report_metrics": Case(arrange_waiting, scheduled(report_metrics)),
    "receive_db_webhook": Case(arrange_hook, run_hook, repeats=frozenset({"queue"})),
}

# By what a lost or doubled reaction shows, in `state_of` or among the effects outside.
REACTIONS = {
    "assign_work": "assignments",
    "fill_webhooks": "deliveries",
    "measure": "nothing: a metric is counted once at most",
    "notify_people": "notifications",
    "publish_to_bus": "bus",
    "refresh_queue_status": "statuses",
}


def test_every_worker_is_listed():
    workers = {app.parent.name for app in APPS if "@worker_handler" in app.read_text()}

    assert set(CASES) == workers | {"receive_db_webhook"}


def test_every_reaction_is_listed(aws):
    table = deployed_reactions()

    assert {each.name for found in table.values() for each in found} == set(REACTIONS)


# The state that counts, without ids and times that differ from run to run.
STATE = {
    "tickets": "select number, status, assignee_id is not null from public.tickets",
    "events": "select ticket_id, type, count(*) from public.ticket_events"
    " group by 1, 2",
    "assignments": "select assignee_id, count(*) from public.tickets group by 1",
    "notifications": "select person_id, type, count(*) from public.notifications"
    " group by 1, 2",
    "emails": "select person_id, ticket_id, sent_at is not null, gave_up_at is null,"
    " (select count(*) from private.email_events where email_id = emails.id)"
    " from private.emails",
    "deliveries": "select ticket_id, seq, type, state from private.webhook_deliveries",
    "outbox": "select ticket_id, type, dead_lettered_at from private.outbox"
    " inner join public.ticket_events on ticket_events.id = event_id",
    "bulk": "select done, skipped, failed, finished_at is not null"
    " from private.bulk_updates",
    "items": "select position, result from private.bulk_items",
    "values": "select field, number_value from private.field_values",
    "fills": "select field from private.field_fills",
    "words": "select number, public_words from private.ticket_search",
    "rebuilds": "select requester_id, organization_id from private.search_rebuilds",
    "files": "select name, state, problem, sha256 from public.attachments",
    "removals": "select object_name from private.file_removals",
    "statuses": "select queue_id, status - 'oldest_waiting_since'"
    " from private.queue_status_broadcasts",
}


def state_of(db):
    return {
        name: sorted(map(str, db.execute(query).fetchall()))
        for name, query in STATE.items()
    }


def let_time_pass(db):
    """End every lease and delay."""
    db.execute(
        "update public.attachments set check_due_at = now() - interval '1 minute'"
        " where check_due_at is not null"
    )
    for table, column in [
        ("outbox", "due_at"),
        ("emails", "due_at"),
        ("webhook_deliveries", "due_at"),
        ("webhook_deliveries", "leased_until"),
        ("bulk_updates", "due_at"),
        ("queue_status_broadcasts", "sent_at"),
        ("queue_status_broadcasts", "pending_until"),
    ]:
        db.execute(
            f"update private.{table} set {column} = now() - interval '1 minute'"  # noqa: S608
            f" where {column} is not null"
        )


@pytest.fixture
def wire(db, aws, monkeypatch):
    """Returns a new outside, to which every worker is wired."""
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_worker")
    wired = (get_sender, get_relay, get_process, get_dispatcher, get_broadcast)

    def wire(fails_at=0, *, after=False):
        for each in wired:
            each.cache_clear()
        outside = Outside(db, aws, fails_at, after)
        monkeypatch.setattr(
            WorkerDatabase,
            "call",
            lambda _, function, arguments: outside.call_database(function, arguments),
        )
        monkeypatch.setattr(aws, "call", outside.call_aws)
        monkeypatch.setattr(BucketFiles, "read", outside.read_file)
        monkeypatch.setattr(BucketFiles, "remove", outside.remove_files)
        monkeypatch.setattr(
            "functions.deliver_webhooks.app.open_client", outside.open_client
        )
        return outside

    yield wire
    for each in wired:
        each.cache_clear()


def run_to_the_end(case, outside):
    """Run a worker that may fail once, repair it, and run it until it is done."""
    for _ in range(4):
        calls = outside.calls
        try:
            case.run(outside)
        except Exception:
            # Lambda logs it, and the next run follows; nothing else may fail.
            if not calls < outside.fails_at <= outside.calls:
                raise
        let_time_pass(outside.db)
    return state_of(outside.db), Counter(outside.effects)


def counted(effects, words):
    """Effects outside whose first word is not among these."""
    return {each for each in effects if each.split()[0] not in words}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_a_worker_that_fails_at_any_step_loses_and_doubles_nothing(
    db, wire, name, after
):
    case = CASES[name]
    case.arrange(db)
    untouched = state_of(db)
    with db.connection.transaction(force_rollback=True):
        outside = wire()
        expected, once = run_to_the_end(case, outside)
        steps = outside.calls
    assert steps
    assert name == "report_metrics" or expected != untouched or once

    for step in range(1, steps + 1):
        with db.connection.transaction(force_rollback=True):
            state, effects = run_to_the_end(case, wire(step, after=after))

        assert state == expected, f"step {step}"
        assert counted(effects, case.may_miss) == counted(once, case.may_miss), step
        for effect, times in effects.items():
            allowed = 1 if effect.split()[0] in case.repeats else 0
            assert times <= once[effect] + allowed, f"step {step}: {effect}"
