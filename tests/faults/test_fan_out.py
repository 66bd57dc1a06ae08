"""A change is told of, whatever dies on the way: nothing lost, nothing doubled.

`EVENTS` says how many changes there are, about.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from shared.core.events import parse_event
from tests.receivers import receiving

from .crowd import PER_TICKET, Answered, Crowd
from .desk import FragileDesk, fragile_desk
from .ears import MOODY, WELL, Ears
from .trouble import EVENTS as ALL_EVENTS
from .trouble import FAULTS, Event, send, take_back

EVENTS = int(os.environ.get("EVENTS", "300"))
A_ROUND = 2_000  # events in which every fault happens once
BACKLOG = 500
"""Events that may be owed when the next thing goes wrong: the emulated queue takes
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
OWED = """
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
class Story:
    """What happened, and what everybody heard of it."""

    desk: FragileDesk
    ears: Ears
    never_were: list[Event] = field(default_factory=list)
    answered: Answered = field(default_factory=Answered)

    def events(self) -> dict[str, Event]:
        rows = self.desk.rows(ALL_EVENTS)
        return {event["id"]: event for (event,) in rows}


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Work under every fault, one after the other, then calm until nothing is owed."""
    with receiving() as receivers, fragile_desk(PATIENCE) as desk:
        story = Story(desk, Ears(desk, receivers))
        story.never_were = take_back(desk)
        send(desk, story.never_were)
        with Crowd(desk, PATIENCE) as crowd:
            blows = FAULTS * max(1, EVENTS // A_ROUND)
            share = max(1, EVENTS // PER_TICKET // len(blows))
            for fault in blows:
                before = len(crowd.answered.tickets)
                crowd.open(share)
                desk.eventually(lambda n=before: len(crowd.answered.tickets) > n)
                fault(desk)
                story.ears.listen()
                desk.eventually(lambda: len(desk.rows(WAITING)) < BACKLOG, 0.2)
            desk.eventually(lambda: story.ears.listen() or not crowd.busy())
            crowd.finish()
            story.answered = crowd.answered
        story.ears.mend()
        settle(story)
        yield story


def settle(story: Story) -> None:
    """Let time pass, and the clock strike, until nothing is owed."""
    desk, ears = story.desk, story.ears
    queue = desk.queue("EventQueue")

    def read() -> bool:
        ears.listen()
        queue.reload()
        waiting = int(queue.attributes["ApproximateNumberOfMessages"])
        return waiting == 0 or not desk.rows(OWED)

    def settled() -> bool:
        desk.rows(TIME_PASSES)
        desk.tick("DispatchJobs")
        desk.eventually(read, 0.1)
        return not desk.rows(OWED)

    desk.eventually(settled, 0.1)
    ears.listen()


def test_what_was_answered_has_happened_once(story):
    tickets = story.desk.rows("select id::text from public.tickets")
    comments = story.desk.rows(
        "select id::text from public.comments where position > 1"
    )

    assert sorted(tickets) == sorted((each,) for each in story.answered.tickets)
    assert sorted(comments) == sorted((each,) for each in story.answered.comments)


def test_every_change_has_its_event(story):
    tickets = story.desk.rows(
        "select ticket_id::text from public.ticket_events where type = 'TICKET_CREATED'"
    )
    comments = story.desk.rows(
        "select after ->> 'comment_id' from public.ticket_events"
        " where type = 'TICKET_COMMENTED'"
    )
    last_words = story.desk.rows(
        "select tickets.id from public.tickets where status is distinct from ("
        " select coalesce(after ->> 'status', tickets.status) from public.ticket_events"
        " where ticket_id = tickets.id and type = 'TICKET_STATUS_CHANGED'"
        " order by seq desc limit 1)"
    )
    holders = story.desk.rows(
        "select after ->> 'assignee_id' from public.ticket_events"
        " where type = 'TICKET_ASSIGNED'"
    )

    assert sorted(tickets) == sorted((each,) for each in story.answered.tickets)
    assert sorted(comments) == sorted((each,) for each in story.answered.comments)
    assert last_words == []
    assert len(holders) == len(tickets)
    assert story.desk.rows(GAPS) == []


def test_nothing_is_owed_any_more(story):
    [(lag,)] = story.desk.rows("select api.event_lag()")
    disabled = story.desk.rows(
        "select url from private.webhook_endpoints where disabled_at is not null"
    )

    assert lag == {"pending": 0, "dead_lettered": 0, "oldest_seconds": 0}
    assert story.desk.rows("select 1 from private.outbox") == []
    assert story.desk.rows("select 1 from private.reactions") == []
    assert disabled == []


def test_everybody_concerned_is_told_once(story):
    told = story.desk.rows("select event_id, person_id from public.notifications")
    surely = story.desk.rows(CONCERNED.format(people="surely"))
    # Who came to a ticket before its event was told of may be told too.
    perhaps = story.desk.rows(CONCERNED.format(people="surely || perhaps"))
    mailed_twice = story.desk.rows(
        "select 1 from private.email_events"
        " inner join private.emails on emails.id = email_events.email_id"
        " group by person_id, event_id having count(*) > 1"
    )

    assert len(told) == len(set(told))
    assert set(surely) <= set(told) <= set(perhaps)
    assert surely
    assert mailed_twice == []


def test_one_delivery_is_kept_an_endpoint_and_event(story):
    kept = story.desk.rows(
        "select description, event_id::text, replay, state"
        " from private.webhook_deliveries"
        " inner join private.webhook_endpoints on endpoint_id = webhook_endpoints.id"
    )
    events = story.events().values()

    assert sorted(kept) == sorted(
        (path, event["id"], 0, "delivered")
        for path in (WELL, MOODY)
        for event in events
        if path == WELL or not event["is_internal"]
    )


def test_every_server_heard_all_that_it_may(story):
    events = story.events()

    heard = {path: set(counted) for path, counted in story.ears.heard.items()}

    assert heard[WELL] == set(events)
    assert heard[MOODY] == {
        each for each, event in events.items() if not event["is_internal"]
    }
    for each, event in story.ears.told.items():
        assert parse_event(event) == parse_event(events[each])


def test_nobody_heard_of_what_was_taken_back(story):
    never = {event["id"] for event in story.never_were}

    assert never
    assert never.isdisjoint(story.events())
    assert never.isdisjoint(story.ears.told)
    assert not story.desk.rows(
        "select event_id from public.notifications where event_id = any(%s::uuid[])"
        " union select event_id from private.webhook_deliveries"
        " where event_id = any(%s::uuid[])",
        list(never),
        list(never),
    )


def test_the_faults_were_felt(story):
    assert story.answered.lost_answers
