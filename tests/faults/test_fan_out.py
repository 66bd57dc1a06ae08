"""Every change has its reactions, whichever part dies: none lost, none doubled.

`EVENTS` says how many changes there are, about.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from shared.core.events import parse_event
from tests.receivers import receiving

from .clients import PER_TICKET, Acknowledged, Clients
from .desk import FragileDesk, fragile_desk
from .faults import EVENTS as ALL_EVENTS
from .faults import FAULTS, Event, roll_back_changes, send
from .subscribers import RELIABLE, UNRELIABLE, Subscribers

EVENTS = int(os.environ.get("EVENTS", "300"))
A_ROUND = 2_000  # events in which every fault happens once
BACKLOG = 500
"""Events that may be pending at the next fault: the emulated queue takes
longer for a message the more of them it holds."""
PATIENCE = 90.0 + EVENTS / 3  # seconds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + EVENTS)]

TIME_PASSES = """
update private.outbox set due_at = due_at - interval '3 minutes';
update private.webhook_deliveries set
    due_at = due_at - interval '3 minutes',
    leased_until = leased_until - interval '3 minutes'
where state = 'pending'
"""
UNFINISHED = """
select event_id from private.outbox where dead_lettered_at is null
union all
select event_id from private.webhook_deliveries where state = 'pending'
"""
WAITING = "select event_id from private.outbox where dead_lettered_at is null"
GAPS = """
select ticket_id from public.ticket_events
group by ticket_id having min(seq) <> 1 or max(seq) <> count(*)
"""
# What each event is about, beside who held the ticket when it happened.
CONCERNED = """
with events as (
    select
        ticket_events.*, tickets.requester_id,
        array[
            tickets.requester_id,
            (ticket_events.before ->> 'assignee_id')::uuid,
            (ticket_events.after ->> 'assignee_id')::uuid,
            (
                select (earlier.after ->> 'assignee_id')::uuid
                from public.ticket_events as earlier
                where earlier.ticket_id = ticket_events.ticket_id
                    and earlier.type = 'TICKET_ASSIGNED'
                    and earlier.seq <= ticket_events.seq
                order by earlier.seq desc limit 1
            )
        ] as surely,
        tickets.assignee_id || array(
            select person_id from public.ticket_followers
            where ticket_followers.ticket_id = tickets.id
        ) as perhaps
    from public.ticket_events
    inner join public.tickets on tickets.id = ticket_events.ticket_id
)

select distinct events.id, person
from events cross join lateral unnest({people}) as person
where person is not null and person is distinct from events.actor_id
    and not (events.is_internal and person = events.requester_id)
"""


@dataclass
class Run:
    """A finished run, and what the API and the endpoints saw of it."""

    desk: FragileDesk
    subscribers: Subscribers
    rolled_back: list[Event] = field(default_factory=list)
    acknowledged: Acknowledged = field(default_factory=Acknowledged)

    def events(self) -> dict[str, Event]:
        rows = self.desk.rows(ALL_EVENTS)
        return {event["id"]: event for (event,) in rows}


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Work under every fault in turn, then wait until nothing is pending."""
    with receiving() as receivers, fragile_desk(PATIENCE) as desk:
        run = Run(desk, Subscribers(desk, receivers))
        run.rolled_back = roll_back_changes(desk)
        send(desk, run.rolled_back)
        with Clients(desk, PATIENCE) as clients:
            faults = FAULTS * max(1, EVENTS // A_ROUND)
            share = max(1, EVENTS // PER_TICKET // len(faults))
            for fault in faults:
                before = len(clients.acknowledged.tickets)
                clients.open(share)
                desk.eventually(lambda n=before: len(clients.acknowledged.tickets) > n)
                fault(desk)
                run.subscribers.receive()
                desk.eventually(lambda: len(desk.rows(WAITING)) < BACKLOG, 0.2)
            desk.eventually(lambda: run.subscribers.receive() or not clients.busy())
            clients.finish()
            run.acknowledged = clients.acknowledged
        run.subscribers.recover()
        settle(run)
        yield run


def settle(run: Run) -> None:
    """Let time pass and run the dispatcher until nothing is pending."""
    desk, subscribers = run.desk, run.subscribers
    queue = desk.queue("EventQueue")

    def read() -> bool:
        subscribers.receive()
        queue.reload()
        waiting = int(queue.attributes["ApproximateNumberOfMessages"])
        return waiting == 0 or not desk.rows(UNFINISHED)

    def settled() -> bool:
        desk.rows(TIME_PASSES)
        desk.tick("DispatchJobs")
        desk.eventually(read, 0.1)
        return not desk.rows(UNFINISHED)

    desk.eventually(settled, 0.1)
    subscribers.receive()


def test_what_was_acknowledged_has_happened_once(run):
    tickets = run.desk.rows("select id::text from public.tickets")
    comments = run.desk.rows("select id::text from public.comments where position > 1")

    assert sorted(tickets) == sorted((each,) for each in run.acknowledged.tickets)
    assert sorted(comments) == sorted((each,) for each in run.acknowledged.comments)


def test_every_change_has_its_event(run):
    tickets = run.desk.rows(
        "select ticket_id::text from public.ticket_events where type = 'TICKET_CREATED'"
    )
    comments = run.desk.rows(
        "select after ->> 'comment_id' from public.ticket_events"
        " where type = 'TICKET_COMMENTED'"
    )
    wrong_statuses = run.desk.rows(
        "select tickets.id from public.tickets where status is distinct from ("
        " select coalesce(after ->> 'status', tickets.status) from public.ticket_events"
        " where ticket_id = tickets.id and type = 'TICKET_STATUS_CHANGED'"
        " order by seq desc limit 1)"
    )
    holders = run.desk.rows(
        "select after ->> 'assignee_id' from public.ticket_events"
        " where type = 'TICKET_ASSIGNED'"
    )

    assert sorted(tickets) == sorted((each,) for each in run.acknowledged.tickets)
    assert sorted(comments) == sorted((each,) for each in run.acknowledged.comments)
    assert wrong_statuses == []
    assert len(holders) == len(tickets)
    assert run.desk.rows(GAPS) == []


def test_nothing_is_pending_any_more(run):
    [(lag,)] = run.desk.rows("select api.event_lag()")
    disabled = run.desk.rows(
        "select url from private.webhook_endpoints where disabled_at is not null"
    )

    assert lag == {"pending": 0, "dead_lettered": 0, "oldest_seconds": 0}
    assert run.desk.rows("select 1 from private.outbox") == []
    assert run.desk.rows("select 1 from private.reactions") == []
    assert disabled == []


def test_everybody_concerned_is_notified_once(run):
    notified = run.desk.rows("select event_id, person_id from public.notifications")
    surely = run.desk.rows(CONCERNED.format(people="surely"))
    # Who came to a ticket before its event was processed may be notified too.
    perhaps = run.desk.rows(CONCERNED.format(people="surely || perhaps"))
    mailed_twice = run.desk.rows(
        "select 1 from private.email_events"
        " inner join private.emails on emails.id = email_events.email_id"
        " group by person_id, event_id having count(*) > 1"
    )

    assert len(notified) == len(set(notified))
    assert set(surely) <= set(notified) <= set(perhaps)
    assert surely
    assert mailed_twice == []


def test_one_delivery_is_kept_an_endpoint_and_event(run):
    kept = run.desk.rows(
        "select description, event_id::text, replay, state"
        " from private.webhook_deliveries"
        " inner join private.webhook_endpoints on endpoint_id = webhook_endpoints.id"
    )
    events = run.events().values()

    assert sorted(kept) == sorted(
        (path, event["id"], 0, "delivered")
        for path in (RELIABLE, UNRELIABLE)
        for event in events
        if path == RELIABLE or not event["is_internal"]
    )


def test_every_endpoint_received_all_that_it_may(run):
    events = run.events()

    received = {
        path: set(counted) for path, counted in run.subscribers.received.items()
    }

    assert received[RELIABLE] == set(events)
    assert received[UNRELIABLE] == {
        each for each, event in events.items() if not event["is_internal"]
    }
    for each, event in run.subscribers.events.items():
        assert parse_event(event) == parse_event(events[each])


def test_nobody_received_what_was_rolled_back(run):
    never = {event["id"] for event in run.rolled_back}

    assert never
    assert never.isdisjoint(run.events())
    assert never.isdisjoint(run.subscribers.events)
    assert not run.desk.rows(
        "select event_id from public.notifications where event_id = any(%s::uuid[])"
        " union select event_id from private.webhook_deliveries"
        " where event_id = any(%s::uuid[])",
        list(never),
        list(never),
    )


def test_the_faults_had_effect(run):
    assert run.acknowledged.lost_responses
