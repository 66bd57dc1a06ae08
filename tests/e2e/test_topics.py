"""Rights that end on open channels, with sockets and clients as frontends use them."""

import asyncio
import re
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest

from tests.channels import PATIENCE
from tests.node_scripts import run_script

from .person import browser_settings, problem
from .test_realtime import LIFE, TYPES, Listener, listening

pytestmark = pytest.mark.slow
README = Path(__file__).parents[2] / "functions" / "README.md"
SCRIPT = Path(__file__).with_name("topics.mjs")


@contextmanager
def left_queue(people, _):
    """The agent is no member of the queue."""
    member = f"/v1/queues/support/members/{people.agent.id}"
    people.lead.do("DELETE", member)
    yield
    people.lead.do("PUT", member)


@contextmanager
def revoked_role(people, _):
    """The agent has no role but the customer's."""
    role = f"/v1/people/{people.agent.id}/roles/agent"
    people.admin.do("DELETE", role)
    yield
    people.admin.do("PUT", role)
    people.lead.do("PUT", f"/v1/queues/support/members/{people.agent.id}")


@contextmanager
def moved_ticket(people, ticket):
    """The ticket is in a queue of others."""
    path = f"/v1/tickets/{ticket['id']}"
    people.admin.do("PATCH", path, {"queue": "workshop"})
    yield


ENDINGS = [left_queue, revoked_role, moved_ticket]


async def join_all(listener: Listener, person, ticket):
    """Join what a person should; return what each topic receives."""
    names = [
        each["topic"]
        for query in ({}, {"ticket": ticket["id"]})
        for each in person.get("/v1/topics", **query)["topics"]
        if each["kind"] != "notice"
    ]
    received = [await listener.joins(name, TYPES) for name in names]
    assert [each for each in received if isinstance(each, str)] == []
    return dict(zip(names, received, strict=True))


def about(received, ticket):
    """Empty the queues; return the types of events of a ticket, by topic."""
    found = {}
    for name, queue in received.items():
        events = [queue.get_nowait() for _ in range(queue.qsize())]
        types = [each["type"] for each in events if each["ticket_id"] == ticket["id"]]
        found |= {name: types} if types else {}
    return found


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_open_channel_is_silent_when_the_right_has_ended(people, ending):
    """The administrator, who keeps every right, hears the rest on the new names."""
    ticket = people.customer.open_ticket()
    people.agent.take(ticket)
    people.agent.add_comment(ticket, "I follow this.")

    async def story():
        async with AsyncExitStack() as stack:
            agent = await stack.enter_async_context(listening(people.agent))
            admin = await stack.enter_async_context(listening(people.admin))
            heard = await join_all(agent, people.agent, ticket)
            with ending(people, ticket):
                again = await join_all(admin, people.admin, ticket)
                about(heard, ticket)  # how it ended, while it had not
                refused = [await agent.joins(name) for name in again.keys() - heard]
                await asyncio.to_thread(comment_twice, people, ticket)
                [inside] = [
                    each
                    for name, each in again.items()
                    if name.startswith("ticket:") and ":internal" in name
                ]
                note = await asyncio.wait_for(inside.get(), PATIENCE)
                while not note["is_internal"]:  # the reply came first
                    note = await asyncio.wait_for(inside.get(), PATIENCE)
                return refused, note, about(heard, ticket), about(again, ticket)

    refused, note, after, kept = asyncio.run(story())

    assert all("Unauthorized" in str(each) for each in refused)
    assert note["is_internal"]
    assert after == {}
    assert any(name.startswith("queue:") for name in kept)


def comment_twice(people, ticket):
    """Reply, and then write a note, whose broadcast is the last one."""
    people.customer.add_comment(ticket, "Is anybody there?")
    people.admin.add_comment(ticket, "He is gone.", visibility="internal")


def test_topics_are_those_of_the_caller(people):
    ticket = people.customer.open_ticket()
    path = "/v1/topics"

    def kinds(person, **query):
        return {
            (each["kind"], each["internal"])
            for each in person.get(path, **query)["topics"]
        }

    assert kinds(people.customer) == {("user", False), ("notice", False)}
    staff = {("queue", True), ("user", False), ("notice", False)}
    assert kinds(people.agent) == staff
    shared = {("ticket", False), ("notice", False)}
    assert kinds(people.customer, ticket=ticket["number"]) == shared
    inside = {("ticket", True), ("notice", False)}
    assert kinds(people.agent, ticket=ticket["id"]) == inside
    for person in (people.customer2, people.agent2):
        refused = person.send("GET", path, params={"ticket": ticket["id"]})
        assert problem(refused) == (404, "not-found")


def test_the_example_of_the_readme_follows_to_the_new_names(desk, people, node_modules):
    """Two of the queue run it, and one of them is removed from the queue."""
    examples = re.findall(r"```js\n(.+?)```", README.read_text(), re.DOTALL)
    [example] = [each for each in examples if "TOPICS_CHANGED" in each]
    settings = {**browser_settings(desk), "example": example}

    told = run_script(SCRIPT, node_modules, settings)

    comments = ["TICKET_COMMENTED"] * 2
    assert told["heard"] == {"agent": LIFE[:1], "lead": [*LIFE[:1], *comments]}
    assert told["former"] != told["current"]
    assert told["left"] == []
