"""Emails are delayed, coalesced, claimed by one worker at a time, and end."""

import threading

import pytest

from .acting import WORKER
from .arrange import leave_queues, revoke_permission
from .notifying import (
    assigned_ticket,
    claim_emails,
    make_emails_due,
    notified,
    process_events,
    queue_due_email,
)
from .personas import id_of

pytestmark = pytest.mark.slow
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ticket(db):
    return assigned_ticket(db)


def test_twenty_events_are_one_email(db, ticket):
    for number in range(20):
        db.comment("agent", ticket, f"Part {number}.")
        process_events(db)

    assert claim_emails(db) == []  # it waits for more
    make_emails_due(db)
    [email] = claim_emails(db)
    assert email["address"] == "customer@example.com"
    assert [each["words"] for each in email["happened"]] == [
        f"Part {number}." for number in range(20)
    ]


def test_the_email_delay_starts_with_the_first_event(db, ticket):
    db.comment("agent", ticket)
    process_events(db)
    due = db.scalar("select due_at from private.emails")

    db.comment("agent", ticket)
    process_events(db)

    assert db.scalar("select due_at from private.emails") == due
    assert db.scalar(
        "select due_at - created_at = email_delay from private.emails, private.settings"
    )


def test_events_after_a_claim_are_another_email(db, ticket):
    queue_due_email(db, ticket)
    [first] = claim_emails(db)

    db.comment("agent", ticket, "And more.")
    process_events(db)
    db.execute("update private.emails set due_at = now() where claimed_at is null")
    [second] = claim_emails(db)

    assert first["id"] != second["id"]
    assert [each["words"] for each in second["happened"]] == ["And more."]


def test_emails_do_not_quote_notes(db, ticket):
    db.note(ticket, "lead", "He is angry.")
    process_events(db)
    make_emails_due(db)

    [email] = claim_emails(db)

    assert email["person_id"] == str(id_of("agent"))
    assert email["happened"][0]["words"] is None


def test_permissions_are_checked_again_when_emails_are_claimed(db, ticket):
    db.note(ticket, "lead")
    db.comment("customer", ticket, "Hello?")
    process_events(db)
    make_emails_due(db)
    revoke_permission(db, "tickets.note", "agent")

    emails = {email["person_id"]: email for email in claim_emails(db)}

    happened = emails[str(id_of("agent"))]["happened"]
    assert [each["words"] for each in happened] == ["Hello?"]


def test_emails_without_visible_events_are_dropped(db, ticket):
    db.comment("customer", ticket)
    process_events(db)
    make_emails_due(db)
    leave_queues(db, "agent")

    assert claim_emails(db) == []
    assert db.scalar("select last_error from private.emails") == "nothing to tell"
    assert db.scalar("select gave_up_at is not null from private.emails")


def test_emails_to_people_without_access_are_dropped(db, ticket):
    queue_due_email(db, ticket)
    db.execute("update private.emails set person_id = %s", id_of("stranger"))

    assert claim_emails(db) == []


def test_emails_to_customers_use_customer_labels_and_names(db, ticket):
    db.set_status(ticket, "pending", "agent")
    db.comment("colleague", ticket)
    process_events(db)
    make_emails_due(db)

    emails = {email["person_id"]: email for email in claim_emails(db)}
    customer, agent = emails[str(id_of("customer"))], emails[str(id_of("agent"))]

    assert customer["statuses"]["on_hold"] == "In progress"
    assert agent["statuses"]["on_hold"] == "On hold"
    assert customer["names"] == {
        str(id_of("agent")): "Agent",
        str(id_of("colleague")): "Colleague",
    }


def test_emails_leave_out_names_hidden_from_their_reader(db, ticket):
    db.execute("update public.organizations set shares_tickets = false")
    db.execute(
        "insert into public.queue_members (queue_id, person_id)"
        " select queue_id, %s from public.tickets where id = %s",
        id_of("stranger"),
        ticket["id"],
    )
    revoke_permission(db, "people.read")
    db.execute(
        "insert into public.person_roles (person_id, role) values (%s, 'agent')",
        id_of("stranger"),
    )
    db.comment("customer", ticket)
    process_events(db)
    make_emails_due(db)

    [email] = claim_emails(db)

    assert email["person_id"] == str(id_of("agent"))
    assert email["names"] == {}


def test_workers_with_an_expired_lease_record_nothing(db, ticket):
    queue_due_email(db, ticket)
    [lost] = claim_emails(db)
    assert claim_emails(db) == []  # it is somebody's
    make_emails_due(db)  # the lease is over
    [taken] = claim_emails(db)

    assert (lost["attempt"], taken["attempt"]) == (1, 2)
    failed = {"email": lost["id"], "attempt": 1, "error": "late", "permanent": True}
    assert db.call(WORKER, "record_email_failure", **failed) is False
    assert db.scalar("select gave_up_at from private.emails") is None
    db.call(WORKER, "record_email_sent", email=taken["id"])
    make_emails_due(db)
    assert claim_emails(db) == []


def test_failed_emails_back_off_exponentially_and_end(db, ticket):
    queue_due_email(db, ticket)
    waits = []
    for attempt in range(1, 11):
        [email] = claim_emails(db)
        failed = {"email": email["id"], "attempt": attempt, "error": "Throttled"}
        gave_up = db.call(WORKER, "record_email_failure", **failed)
        assert gave_up is (attempt == 10)
        query = (
            "select extract(epoch from due_at - now())::int / 60 from private.emails"
        )
        waits.append(db.scalar(query))
        make_emails_due(db)

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert claim_emails(db) == []


def test_emails_that_kill_their_worker_are_given_up(db, ticket):
    queue_due_email(db, ticket)
    for _ in range(10):
        assert len(claim_emails(db)) == 1
        make_emails_due(db)

    assert claim_emails(db) == []
    assert db.scalar("select last_error from private.emails") == "lost"


def test_claims_are_limited_to_the_batch_size(db):
    for _ in range(5):
        queue_due_email(db, assigned_ticket(db))

    assert len(claim_emails(db, max_items=3)) == 3
    assert len(claim_emails(db, max_items=3)) == 2


def together(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_concurrent_workers_claim_each_email_once(connect):
    db = connect()
    for _ in range(40):
        queue_due_email(db, assigned_ticket(db))
    connections = [connect() for _ in range(8)]
    start, taken = threading.Barrier(8), [[] for _ in connections]

    def work(number):
        start.wait()
        while batch := claim_emails(connections[number], max_items=3):
            taken[number] += [email["id"] for email in batch]

    workers = [threading.Thread(target=work, args=[number]) for number in range(8)]
    together(workers)

    everything = [email for batch in taken for email in batch]
    assert len(everything) == len(set(everything)) == 40


def events_of(emails):
    return [each["event"]["id"] for email in emails for each in email["happened"]]


def test_events_during_a_claim_are_not_lost(connect):
    db = connect()
    ticket = assigned_ticket(db)
    db.execute("update private.settings set email_delay = '0'")
    for _ in range(30):
        db.comment("agent", ticket)
    events = [row[0] for row in db.execute("select event_id from private.outbox")]
    sent, done = [], threading.Event()

    def send(worker):
        while not done.is_set():
            sent.extend(claim_emails(worker))

    def notify(worker, mine):
        for event in mine:
            worker.call(WORKER, "notify_people", event=event)

    sender = threading.Thread(target=send, args=[connect()])
    notifiers = [
        threading.Thread(target=notify, args=[connect(), events[part::3]])
        for part in range(3)
    ]
    sender.start()
    together(notifiers)
    done.set()
    sender.join()

    assert sorted(events_of(sent + claim_emails(db))) == sorted(map(str, events))


def test_old_emails_and_read_notifications_are_deleted(db, ticket):
    queue_due_email(db, ticket)
    db.comment("agent", ticket)
    process_events(db)
    [email] = claim_emails(db)
    db.call(WORKER, "record_email_sent", email=email["id"])
    old = "now() - interval '91 days'"
    db.execute(f"update private.emails set created_at = {old}")  # noqa: S608
    first = db.scalar("select id from public.notifications limit 1")
    db.execute(
        f"update public.notifications set read_at = {old} where id = %s",  # noqa: S608
        first,
    )

    assert db.call(WORKER, "delete_old_notifications") == 2
    assert db.call(WORKER, "delete_old_notifications") == 0
    assert len(notified(db, "customer")) == 1
