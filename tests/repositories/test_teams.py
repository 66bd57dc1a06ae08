"""Queues, agents, claims and automatic assignment through PostgREST."""

from dataclasses import dataclass
from itertools import count

import pytest

from shared.assignment import AssignmentRepository, ClaimRepository
from shared.core.errors import Conflict, Denied, Invalid, NotFound, Stale
from shared.core.types import TicketPriority
from shared.people.agents import (
    AgentChange,
    AgentRepository,
    Availability,
    AvailabilityChange,
)
from shared.queues import Queue, QueueRepository
from shared.queues.administration import QueueAdministration, QueueChange, QueueDraft
from shared.ticket_details import TicketDetailRepository
from shared.tickets import Ticket, TicketDraft, TicketRepository
from tests.database.personas import grant, id_of, sign_up

from .api import Api

pytestmark = pytest.mark.slow
HERE = AvailabilityChange(availability="available")
AWAY = AvailabilityChange(availability="away", reassign=True)


NUMBERS = count(1)


@dataclass(frozen=True)
class Returns:
    """A queue of one test, and the name of its only member."""

    api: Api
    queue: Queue
    clerk: str

    @property
    def key(self) -> str:
        return self.queue.key

    def opens(self) -> Ticket:
        draft = TicketDraft(subject="Parcel", body="Broken.", queue=self.key)
        tickets = TicketRepository(self.api.open("stranger"))
        return tickets.create(draft, None)

    def as_clerk(self):
        return self.api.open(self.clerk)


@pytest.fixture
def returns(api, watch):
    number = next(NUMBERS)
    clerk, key = f"clerk{number}", f"returns-{number}"
    sign_up(watch.connection, clerk)
    grant(watch.connection, clerk, "agent")
    # Other tests count the customers.
    watch.execute(
        "delete from public.person_roles where person_id = %s and role = 'customer'",
        id_of(clerk),
    )
    queues = QueueAdministration(api.open("admin"))
    queue = queues.create(QueueDraft(key=key, name="Returns"), key)
    queues.add(key, id_of(clerk))
    AgentRepository(api.open(clerk)).set_availability("me", HERE)
    return Returns(api, queue, clerk)


def test_a_queue_is_created_once_a_key_and_changed(api, returns):
    queues = QueueAdministration(api.open("admin"))
    draft = QueueDraft(key=returns.key, name="Returns")

    assert queues.create(draft, returns.key) == returns.queue
    with pytest.raises(Conflict, match="key-taken"):
        queues.create(draft, "another")
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        queues.create(draft.model_copy(update={"name": "Other"}), returns.key)
    changed = queues.change(
        returns.key,
        QueueChange(default_priority="high", released_after_minutes=90),
        1,
    )
    assert changed.default_priority is TicketPriority.HIGH
    assert changed.released_after_minutes == 90
    again = queues.change(returns.key, QueueChange(default_priority=None), None)
    assert (again.name, again.version) == ("Returns", 3)
    with pytest.raises(Stale):
        queues.change(returns.key, QueueChange(name="Other"), 2)
    assert again == queues.get(returns.key)
    listed = QueueRepository(returns.as_clerk()).overview(archived=False)
    assert returns.key in [each.key for each in listed]


def test_a_queue_is_changed_by_those_who_may(api, returns):
    with pytest.raises(Denied):
        QueueAdministration(returns.as_clerk()).change(
            returns.key, QueueChange(archived=True), None
        )
    with pytest.raises(NotFound):
        QueueAdministration(api.open("agent")).change(
            returns.key, QueueChange(archived=True), None
        )
    with pytest.raises(NotFound):
        QueueAdministration(api.open("agent")).members(returns.key)


def test_members_are_added_and_removed(api, returns):
    queues = QueueAdministration(api.open("admin"))

    added = queues.add(returns.key, id_of("neighbour"))
    names = [each.name for each in queues.members(returns.key)]
    removed = queues.remove(returns.key, id_of("neighbour"))

    assert names == [returns.clerk.title(), "Neighbour"]
    assert added.id == removed.id
    with pytest.raises(NotFound):
        queues.remove(returns.key, id_of("neighbour"))
    with pytest.raises(Invalid, match="not-eligible"):
        queues.add(returns.key, id_of("customer"))


def test_an_agent_sets_their_availability(api, returns):
    clerk = AgentRepository(returns.as_clerk())

    away = clerk.set_availability("me", AWAY)
    back = clerk.set_availability("me", HERE)

    assert (away.availability, back.availability) == tuple(Availability)[::-1]
    assert clerk.get("me").id == id_of(returns.clerk)
    with pytest.raises(Denied):
        clerk.change("me", AgentChange(capacity=100))
    with pytest.raises(Denied):
        AgentRepository(api.open("agent")).set_availability(id_of(returns.clerk), AWAY)


def test_the_next_ticket_is_claimed_with_the_names_of_people(api, returns):
    claims = ClaimRepository(returns.as_clerk())
    assert claims.claim(returns.key, None) is None
    opened = returns.opens()

    claimed = claims.claim(returns.key, "c1")

    assert claimed is not None
    assert (claimed.id, claimed.assignee_name) == (opened.id, returns.clerk.title())
    assert claims.claim(returns.key, "c1") == claimed
    assert claims.claim(None, None) is None
    with pytest.raises(NotFound):
        ClaimRepository(api.open("agent")).claim(returns.key, None)


def test_an_agent_at_capacity_or_away_claims_nothing(api, returns):
    admin, clerk = (
        AgentRepository(api.open("admin")),
        AgentRepository(returns.as_clerk()),
    )
    admin.change(id_of(returns.clerk), AgentChange(capacity=0))

    with pytest.raises(Conflict, match="at-capacity"):
        ClaimRepository(returns.as_clerk()).claim(None, None)
    clerk.set_availability("me", AWAY)
    with pytest.raises(Conflict, match="away"):
        ClaimRepository(returns.as_clerk()).claim(None, None)


def test_a_worker_assigns_waiting_tickets(api, returns):
    work = AssignmentRepository(api.worker())
    QueueAdministration(api.open("admin")).change(
        returns.key, QueueChange(strategy="round_robin"), None
    )
    opened = returns.opens()

    assert returns.queue.id in work.queues_due_for_assignment()
    assert work.assign_waiting(returns.queue.id) == 1
    assert returns.queue.id not in work.queues_due_for_assignment()
    assert work.release_idle() == 0
    assert (
        TicketDetailRepository(returns.as_clerk()).get(str(opened.id)).assignee_name
        == returns.clerk.title()
    )


def test_an_event_assigns_once(api, returns, watch):
    work = AssignmentRepository(api.worker())
    admin = QueueAdministration(api.open("admin"))
    admin.change(returns.key, QueueChange(strategy="least_loaded"), None)
    opened = returns.opens()
    event = watch.scalar(
        "select id from public.ticket_events where ticket_id = %s", opened.id
    )

    assert [work.assign_after(event), work.assign_after(event)] == [True, False]
    assert (
        TicketDetailRepository(returns.as_clerk()).get(str(opened.id)).assignee_name
        == returns.clerk.title()
    )
