"""Watching a ticket live, with the clients that frontends use, unchanged."""

import asyncio
import json
import subprocess
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from realtime import AsyncRealtimeClient

from shared.core.events import parse_event
from shared.queues import QueueStatusChanged

pytestmark = pytest.mark.slow
PATIENCE = 30
PRIVATE = {"config": {"private": True}}
TYPES = [
    "TICKET_CREATED",
    "TICKET_ASSIGNED",
    "TICKET_STATUS_CHANGED",
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
        channel, heard = self._socket.channel(topic, PRIVATE), asyncio.Queue()
        for kind in kinds:
            channel.on_broadcast(kind, lambda said: heard.put_nowait(said["payload"]))
        told = asyncio.get_running_loop().create_future()

        def tell(state, error):
            if not told.done():
                told.set_result((state.value, str(error or "")))

        await channel.subscribe(tell)
        state, reason = await asyncio.wait_for(told, PATIENCE)
        return heard if state == "SUBSCRIBED" else reason


@asynccontextmanager
async def listening(person):
    desk = person.desk
    url = f"{desk.supabase_url}/realtime/v1"
    key = desk.supabase_publishable_key
    socket = AsyncRealtimeClient(url, key, auto_reconnect=False)
    await socket.connect()
    await socket.set_auth(person.token)
    try:
        yield Listener(socket)
    finally:
        await socket.close()


async def next_of(heard, count):
    """The next events of a topic, each one readable."""
    events = [
        parse_event(await asyncio.wait_for(heard.get(), PATIENCE)) for _ in range(count)
    ]
    return [event.type for event in events]


async def opens_heard(person):
    """A new ticket, of which everybody has heard: the person's own topic comes last."""
    async with listening(person) as ears:
        mine = await ears.joins(f"user:{person.id}")
        ticket = await asyncio.to_thread(person.opens)
        heard = None
        while heard != ticket["id"]:
            heard = (await asyncio.wait_for(mine.get(), PATIENCE))["ticket_id"]
    return ticket


def work(person, *steps):
    """Take steps in a thread, so that the sockets stay awake."""

    def take():
        for name, *given in steps:
            getattr(person, name)(*given)

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
            in_queue = await agent.joins(f"queue:{queue}")
            mine = await customer.joins(f"user:{people.customer.id}")
            ticket = await asyncio.to_thread(people.customer.opens)
            created = await next_of(mine, 1)  # the last to hear of it
            on_ticket = await customer.joins(f"ticket:{ticket['id']}")
            beside = await agent.joins(f"ticket:{ticket['id']}")

            await work(
                people.agent,
                ("takes", ticket),
                ("moves", ticket, "open"),
                ("says", ticket, "On it."),
            )

            return [
                await next_of(in_queue, 4),
                created + await next_of(mine, 3),
                await next_of(on_ticket, 3),
                await next_of(beside, 3),
            ]

    heard = asyncio.run(story())

    assert heard == [LIFE, LIFE, LIFE[1:], LIFE[1:]]


def test_what_is_heard_is_what_the_feed_tells(people):
    async def story():
        ticket = await opens_heard(people.customer)
        async with listening(people.customer) as customer:
            heard = await customer.joins(f"ticket:{ticket['id']}")
            await work(people.agent, ("takes", ticket), ("says", ticket, "Hello."))
            live = [await asyncio.wait_for(heard.get(), PATIENCE) for _ in range(2)]
        path = f"/v1/tickets/{ticket['id']}/events"
        return live, people.customer.get(path, after=1)["items"]

    live, feed = asyncio.run(story())

    assert [parse_event(each) for each in live] == [parse_event(each) for each in feed]


def test_a_note_is_heard_where_no_customer_listens(people):
    async def story():
        ticket = await opens_heard(people.customer)
        async with AsyncExitStack() as stack:
            agent = await stack.enter_async_context(listening(people.agent))
            customer = await stack.enter_async_context(listening(people.customer))
            topic = f"ticket:{ticket['id']}"
            on_ticket = await customer.joins(topic)
            mine = await customer.joins(f"user:{people.customer.id}")
            inside = await agent.joins(f"{topic}:internal")
            in_queue = await agent.joins(f"queue:{ticket['queue_id']}")
            note = {"body": "Psst.", "visibility": "internal"}
            path = f"/v1/tickets/{ticket['id']}/comments"

            await work(
                people.agent, ("do", "POST", path, note), ("says", ticket, "Hello.")
            )

            told = [
                parse_event(await asyncio.wait_for(each.get(), PATIENCE)).is_internal
                for each in (inside, in_queue, in_queue, on_ticket, mine)
            ]
            return told, [each.empty() for each in (on_ticket, mine, inside)]

    told, empty = asyncio.run(story())

    # The reply came after the note, so a note would have come first.
    assert told == [True, True, False, False, False]
    assert empty == [True, True, True]


def test_nobody_listens_where_they_may_not_read(people):
    ticket = people.customer.opens()
    topic, queue = f"ticket:{ticket['id']}", f"queue:{ticket['queue_id']}"
    tries = [
        ("customer", f"{topic}:internal"),
        ("customer", queue),
        ("customer", f"user:{people.customer2.id}"),
        ("customer", f"user:{people.agent.id}"),
        ("customer", f"ticket:{uuid4()}"),
        ("customer", "ticket:*"),
        ("customer", "tickets"),
        ("customer", f"{topic}:"),
        ("customer", f"x{topic}"),
        ("customer", f"{topic}\n"),
        ("customer2", topic),
        ("customer2", f"{topic}:internal"),
        ("customer2", queue),
        ("customer2", f"user:{people.customer.id}"),
        ("agent2", topic),
        ("agent2", f"{topic}:internal"),
        ("agent2", queue),
        ("agent", f"user:{people.customer.id}"),
        ("admin", f"user:{people.customer.id}"),
    ]

    async def story():
        answers = {}
        for who in ("customer", "customer2", "agent", "agent2", "admin"):
            async with listening(getattr(people, who)) as listener:
                for name, wanted in tries:
                    if name == who:
                        answers[who, wanted] = await listener.joins(wanted)
        return answers

    answers = asyncio.run(story())

    assert len(answers) == len(tries)
    for answer in answers.values():
        assert "Unauthorized" in str(answer)


def test_how_a_queue_stands_is_told_at_most_once_a_second_and_to_the_end(people):
    """Many tickets at once; what is heard last is how the queue stands."""
    path = "/v1/queues/support/status"

    async def story():
        queue = people.agent.get(path)["queue_id"]
        async with listening(people.agent) as agent:
            heard = await agent.joins(f"queue:{queue}", ["QUEUE_STATUS_CHANGED"])
            opening = [asyncio.to_thread(people.customer.opens) for _ in range(12)]
            tickets = await asyncio.gather(*opening)
            await work(
                people.agent,
                *(("takes", ticket) for ticket in tickets),
                *(("moves", ticket, "open") for ticket in tickets),
            )
            stands = await asyncio.to_thread(people.agent.get, path)
            told = []
            while not told or told[-1].status.model_dump(mode="json") != stands:
                payload = await asyncio.wait_for(heard.get(), PATIENCE)
                told.append(QueueStatusChanged.model_validate(payload))
            return told

    told = asyncio.run(story())

    gaps = [late.occurred_at - early.occurred_at for early, late in pairwise(told)]
    assert all(gap >= timedelta(seconds=1) for gap in gaps)


def test_the_javascript_client_watches_a_ticket_too(desk, node_modules):
    script = str(Path(__file__).with_name("live.mjs"))
    given = {
        "modules": f"{node_modules}/",
        "url": desk.supabase_url,
        "key": desk.supabase_publishable_key,
        "api": desk.api_url,
        "password": desk.demo_password,
    }

    done = subprocess.run(  # noqa: S603
        ["node", "--no-warnings", script],  # noqa: S607
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    heard = {
        topic: [parse_event(each).type for each in events]
        for topic, events in told["heard"].items()
    }
    assert heard == {
        "queue": [*LIFE, "TICKET_COMMENTED"],
        "user": LIFE,
        "ticket": LIFE[1:],
        "internal": ["TICKET_COMMENTED"],
    }
    assert told["heard"]["internal"][0]["is_internal"]
    assert told["refused"] == ["CHANNEL_ERROR"] * 4
    assert told["subject"] == "Seen live"
    assert told["table"] == [404, None]
