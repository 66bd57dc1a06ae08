import asyncio
from types import SimpleNamespace

import pytest

from shared.core.http import provider
from shared.people import PeopleRepository, RoleRepository
from shared.queues import QueueRepository
from shared.tickets import TicketRepository
from shared.tickets.comments import CommentRepository
from tests.builders import person, ticket
from tests.events import Answer, http_event, invoke, provided
from tests.fakes import (
    FakeComments,
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
        comments=FakeComments(tickets),
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
        provider(TicketRepository): fakes.tickets,
        provider(CommentRepository): fakes.comments,
        provider(QueueRepository): fakes.queues,
        provider(PeopleRepository): fakes.people,
        provider(RoleRepository): fakes.roles,
    }

    def send(handler, method, path, body=None, headers=None, query="") -> Answer:
        with provided(handler, stores):
            return invoke(handler, http_event(method, path, body, headers, query))

    return send
