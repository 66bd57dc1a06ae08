"""Watching a ticket live, with the clients that frontends use, unchanged."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from shared.core.events import parse_event
from shared.queues import QueueStatusChanged
from tests.channels import PATIENCE, PRIVATE, connected, subscribe
from tests.node_scripts import run_script

from .person import browser_settings

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("realtime.mjs")
TYPES = [
    "TICKET_CREATED",
    "TICKET_STATUS_CHANGED",
    "TICKET_ASSIGNED",
    "TICKET_COMMENTED",
    "TICKET_UPDATED",
]
LIFE = TYPES[:4]


class Listener:
    """One person's socket: joins topics, and keeps what comes in order."""

    def __init__(self, socket):
        self._socket = socket

    async def joins(self, topic, kinds=TYPES):
        """Return the queue of events of a topic, or why it was refused."""
        channel, received = self._socket.channel(topic, PRIVATE), asyncio.Queue()
        for kind in kinds:
            channel.on_broadcast(
                kind, lambda message: received.put_nowait(message["payload"])
            )
        state, reason = await subscribe(channel)
        return received if state == "SUBSCRIBED" else reason


@asynccontextmanager
async def listening(person):
    desk = person.desk
    key = desk.supabase_publishable_key
    async with connected(desk.supabase_url, key, person.token) as socket:
        yield Listener(socket)


async def next_of(received, count):
    """The next events of a topic, each one readable."""
    events = [
        parse_event(await asyncio.wait_for(received.get(), PATIENCE))
        for _ in range(count)
    ]
    return [event.type for event in events]


async def open_broadcast_ticket(person):
    """Open a ticket and wait for its event on the last topic, the person's own."""
    async with listening(person) as listener:
        mine = await listener.joins(person.topic("user:"))
        ticket = await asyncio.to_thread(person.open_ticket)
        received = None
        while received != ticket["id"]:
            received = (await asyncio.wait_for(mine.get(), PATIENCE))["ticket_id"]
    return ticket


def beside(topic):
    """Return the public topic of a queue beside the internal one."""
    assert ":internal" in topic
    return topic.replace(":internal", "")


def work(person, *steps):
    """Take steps in a thread, so that the sockets stay awake."""

    def take():
        for name, *arguments in steps:
            getattr(person, name)(*arguments)

    return asyncio.to_thread(take)


def test_a_ticket_is_watched_from_its_queue_its_people_and_itself(people):
    async def story():
        async with AsyncExitStack() as stack:
            agent = await stack.enter_async_context(listening(people.agent))
            customer = await stack.enter_async_context(listening(people.customer))
            [queue] = [
                each["id"]
                for each in people.agent.get("/v1/queues")["items"]
                if each["key"] == "support"
            ]
            in_queue = await agent.joins(people.agent.topic(f"queue:{queue}"))
            mine = await customer.joins(people.customer.topic("user:"))
            ticket = await asyncio.to_thread(people.customer.open_ticket)
            created = await next_of(mine, 1)  # the last topic to receive it
            on_ticket = await customer.joins(people.customer.ticket_topic(ticket))
            inside = await agent.joins(people.agent.ticket_topic(ticket))

            await work(
                people.agent,
                ("take", ticket),
                ("add_comment", ticket, "On it."),
            )

            return [
                await next_of(in_queue, 4),
                created + await next_of(mine, 3),
                await next_of(on_ticket, 3),
                await next_of(inside, 3),
            ]

    received = asyncio.run(story())

    assert received == [LIFE, LIFE, LIFE[1:], LIFE[1:]]


def test_broadcasts_equal_the_events_of_the_feed(people):
    async def story():
        ticket = await open_broadcast_ticket(people.customer)
        async with listening(people.customer) as customer:
            received = await customer.joins(people.customer.ticket_topic(ticket))
            await work(
                people.agent, ("take", ticket), ("add_comment", ticket, "Hello.")
            )
            live = [await asyncio.wait_for(received.get(), PATIENCE) for _ in range(3)]
        path = f"/v1/tickets/{ticket['id']}/events"
        return live, people.customer.get(path, after=1)["items"]

    live, feed = asyncio.run(story())

    assert [parse_event(each) for each in live] == [parse_event(each) for each in feed]


def test_notes_are_broadcast_on_internal_topics_alone(people):
    async def story():
        ticket = await open_broadcast_ticket(people.customer)
        async with AsyncExitStack() as stack:
            agent = await stack.enter_async_context(listening(people.agent))
            customer = await stack.enter_async_context(listening(people.customer))
            on_ticket = await customer.joins(people.customer.ticket_topic(ticket))
            mine = await customer.joins(people.customer.topic("user:"))
            queue = f"queue:{ticket['queue_id']}"
            inside = await agent.joins(people.agent.ticket_topic(ticket))
            name = people.agent.topic(queue)
            in_queue_inside = await agent.joins(name)
            in_queue = await agent.joins(beside(name))
            note = {"body": "Psst.", "visibility": "internal"}
            path = f"/v1/tickets/{ticket['id']}/comments"

            await work(people.agent, ("do", "POST", path, note))
            await work(people.customer, ("add_comment", ticket, "Hello."))

            internal = [
                [
                    parse_event(
                        await asyncio.wait_for(each.get(), PATIENCE)
                    ).is_internal
                    for _ in range(count)
                ]
                for each, count in [
                    (inside, 2),
                    (in_queue_inside, 2),
                    (in_queue, 1),
                    (on_ticket, 1),
                    (mine, 1),
                ]
            ]
            rest = (on_ticket, mine, in_queue, inside, in_queue_inside)
            return internal, [each.empty() for each in rest]

    internal, empty = asyncio.run(story())

    # The reply came after the note, so a note would have come first.
    assert internal == [[True, False]] * 2 + [[False]] * 3
    assert empty == [True] * 5


def test_nobody_joins_a_topic_they_may_not_read(people):
    ticket = people.customer.open_ticket()
    topic = people.customer.ticket_topic(ticket)
    internal = people.agent.ticket_topic(ticket)
    queue_internal = people.agent.topic(f"queue:{ticket['queue_id']}")
    queue = beside(queue_internal)
    tries = [
        ("customer", internal),
        ("customer", queue_internal),
        ("customer", queue),
        ("customer", people.customer2.topic("user:")),
        ("customer", people.agent.topic("user:")),
        ("customer", f"{topic}:0123456789abcdef"),
        ("customer", f"ticket:{uuid4()}"),
        ("customer", "ticket:*"),
        ("customer", "tickets"),
        ("customer", f"{topic}:"),
        ("customer", f"x{topic}"),
        ("customer", f"{topic}\n"),
        ("customer2", topic),
        ("customer2", internal),
        ("customer2", queue),
        ("customer2", people.customer.topic("user:")),
        ("agent2", topic),
        ("agent2", internal),
        ("agent2", queue),
        ("agent", people.customer.topic("user:")),
        ("admin", people.customer.topic("user:")),
    ]

    async def story():
        answers = {}
        for who in ("customer", "customer2", "agent", "agent2", "admin"):
            async with listening(getattr(people, who)) as listener:
                for name, topic in tries:
                    if name == who:
                        answers[who, topic] = await listener.joins(topic)
        return answers

    answers = asyncio.run(story())

    assert len(answers) == len(tries)
    for answer in answers.values():
        assert "Unauthorized" in str(answer)


def test_queue_status_is_broadcast_at_most_once_a_second_and_ends_current(people):
    """Many tickets at once; the last broadcast is the present status."""
    path = "/v1/queues/support/status"

    async def story():
        queue = people.agent.topic(f"queue:{people.agent.get(path)['queue_id']}")
        async with listening(people.agent) as agent:
            received = await agent.joins(queue, ["QUEUE_STATUS_CHANGED"])
            opening = [
                asyncio.to_thread(people.customer.open_ticket) for _ in range(12)
            ]
            tickets = await asyncio.gather(*opening)
            await work(
                people.agent,
                *(("take", ticket) for ticket in tickets),
                *(("set_status", ticket, "open") for ticket in tickets),
            )
            current = await asyncio.to_thread(people.agent.get, path)
            statuses = []
            while (
                not statuses or statuses[-1].status.model_dump(mode="json") != current
            ):
                payload = await asyncio.wait_for(received.get(), PATIENCE)
                statuses.append(QueueStatusChanged.model_validate(payload))
            return statuses

    statuses = asyncio.run(story())

    gaps = [late.occurred_at - early.occurred_at for early, late in pairwise(statuses)]
    assert all(gap >= timedelta(seconds=1) for gap in gaps)


def test_the_javascript_client_watches_a_ticket_too(desk, node_modules):
    settings = browser_settings(desk)

    result = run_script(SCRIPT, node_modules, settings)

    received = {
        topic: [parse_event(each).type for each in events]
        for topic, events in result["received"].items()
    }
    assert received == {
        "queue": [*LIFE, "TICKET_COMMENTED"],
        "user": LIFE,
        "ticket": LIFE[1:],
        "internal": [*LIFE[1:], "TICKET_COMMENTED"],
    }
    [note] = [each for each in result["received"]["internal"] if each["is_internal"]]
    assert note["after"]["visibility"] == "internal"
    assert result["refused"] == ["CHANNEL_ERROR"] * 5
    assert result["subject"] == "Seen live"
    assert result["table"] == [404, None]
