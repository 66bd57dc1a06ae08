import asyncio
from types import SimpleNamespace

import pytest

from shared.http import get_conversation, get_people, get_queues, get_roles, get_tickets
from tests.builders import person, ticket
from tests.events import Answer, http_event, invoke, provided
from tests.fakes import (
    FakeConversation,
    FakePeople,
    FakeQueues,
    FakeRoles,
    FakeTickets,
)


@pytest.fixture(autouse=True)
def loop():
    """The event loop that Mangum finds in a Lambda environment."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()  # also when a handler has run and forgotten it


@pytest.fixture
def fakes():
    """What the fakes hold: a ticket, an administrator, a customer."""
    stored = ticket()
    tickets = FakeTickets(stored)
    admin, customer = person(name="Ada", roles=["admin"]), person()
    people = FakePeople(admin, customer)
    return SimpleNamespace(
        ticket=stored,
        tickets=tickets,
        conversation=FakeConversation(tickets),
        queues=FakeQueues([stored]),
        people=people,
        roles=FakeRoles(people),
        admin=admin,
        customer=customer,
    )


@pytest.fixture
def send(fakes):
    """Send a request to a handler, over the fakes in memory."""
    stores = {
        get_tickets: fakes.tickets,
        get_conversation: fakes.conversation,
        get_queues: fakes.queues,
        get_people: fakes.people,
        get_roles: fakes.roles,
    }

    def send(handler, method, path, body=None, headers=None, query="") -> Answer:
        with provided(handler, stores):
            return invoke(handler, http_event(method, path, body, headers, query))

    return send
