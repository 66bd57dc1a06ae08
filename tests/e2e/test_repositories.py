"""The fakes and the real repositories behave alike."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from shared.core.errors import Conflict, Invalid, Malformed, NotFound, Stale
from shared.core.persistence import open_database
from shared.core.types import TicketPriority
from shared.people import RoleRepository
from shared.queues import QueueRepository
from shared.tickets import StatusChange, TicketRepository
from shared.tickets.comments import CommentDraft, CommentRepository
from tests.builders import ME, SOMEBODY, draft
from tests.fakes import (
    FakeComments,
    FakePeople,
    FakeQueues,
    FakeRoles,
    FakeTickets,
)

pytestmark = pytest.mark.slow
NORMAL = TicketPriority.NORMAL


def fakes(_):
    tickets = FakeTickets()
    return SimpleNamespace(
        tickets=tickets,
        conversation=FakeComments(tickets),
        queues=FakeQueues(),
        roles=FakeRoles(FakePeople()),
        me=str(ME),
    )


def real(request):
    """As the administrator, who may do everything."""
    people = request.getfixturevalue("people")
    desk, admin = people.admin.desk, people.admin
    key = desk.supabase_publishable_key
    database = open_database(desk.supabase_url, key, admin.token)
    return SimpleNamespace(
        tickets=TicketRepository(database),
        conversation=CommentRepository(database),
        queues=QueueRepository(database),
        roles=RoleRepository(database),
        me=admin.id,
    )


@pytest.fixture(params=[fakes, real], ids=["fake", "real"])
def stores(request):
    return request.param(request)


@pytest.fixture
def ticket(stores):
    return stores.tickets.create(draft(queue="support"), NORMAL, None)


def test_what_is_created_is_found_by_id_and_number(stores, ticket):
    assert stores.tickets.get(str(ticket.id)) == stores.tickets.get(str(ticket.number))
    assert (ticket.status, ticket.priority, ticket.version) == ("new", NORMAL, 1)


def test_the_priority_of_the_draft_goes_before_triage(stores):
    urgent = draft(priority="urgent")

    assert stores.tickets.create(urgent, NORMAL, None).priority == "urgent"


def test_a_key_opens_one_ticket(stores):
    key = uuid4().hex

    first = stores.tickets.create(draft(), NORMAL, key)
    again = stores.tickets.create(draft(), TicketPriority.HIGH, key)

    assert first.id == again.id
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        stores.tickets.create(draft(subject="Else"), NORMAL, key)


@pytest.mark.parametrize(
    "ref",
    [
        "f3a1c7de-5b7f-4c1e-9d0a-2f6f5b8f0c11",
        "999999999",
        "nonsense",
        "",
    ],
)
def test_what_is_not_there_is_not_found(stores, ref):
    comment, step = CommentDraft(body="b"), StatusChange(status="open")

    for call in (
        lambda: stores.tickets.get(ref),
        lambda: stores.tickets.events(ref, 0, 10),
        lambda: stores.tickets.change_status(ref, step, None),
        lambda: stores.tickets.assign(ref, "me", None),
        lambda: stores.tickets.release(ref, None),
        lambda: stores.conversation.read(ref, None, 10),
        lambda: stores.conversation.add(ref, comment, None),
    ):
        with pytest.raises(NotFound):
            call()


def test_what_was_not_read_is_not_changed(stores, ticket):
    ref, stale = str(ticket.id), ticket.version + 1

    for change in (
        lambda: stores.tickets.change_status(ref, StatusChange(status="open"), stale),
        lambda: stores.tickets.assign(ref, "me", stale),
        lambda: stores.tickets.release(ref, stale),
    ):
        with pytest.raises(Stale):
            change()

    assert stores.tickets.get(ref).version == ticket.version


@pytest.mark.parametrize(
    ("status", "kind", "slug"),
    [
        ("closed", Conflict, "closed-by-time"),
        ("on_hold", Conflict, "step-not-allowed"),
        ("limbo", Invalid, "unknown-status"),
    ],
)
def test_a_step_has_its_rules(stores, ticket, status, kind, slug):
    with pytest.raises(kind, match=slug):
        stores.tickets.change_status(str(ticket.id), StatusChange(status=status), None)


def test_a_solved_ticket_keeps_its_assignee(stores, ticket):
    ref = str(ticket.id)
    stores.tickets.assign(ref, "me", None)
    for status in ("open", "solved"):
        stores.tickets.change_status(ref, StatusChange(status=status), None)

    with pytest.raises(Conflict, match="solved-needs-assignee"):
        stores.tickets.release(ref, None)


def test_every_change_is_a_version_and_an_event(stores, ticket):
    ref = str(ticket.id)

    taken = stores.tickets.assign(ref, "me", ticket.version)
    moved = stores.tickets.change_status(
        ref, StatusChange(status="open"), taken.version
    )
    free = stores.tickets.release(ref, moved.version)

    assert str(taken.assignee_id) == stores.me
    assert free.assignee_id is None
    assert [taken.version, moved.version, free.version] == [2, 3, 4]
    first = stores.tickets.events(ref, 0, 3)
    rest = stores.tickets.events(ref, int(first.next_cursor), 3)
    assert [event.seq for event in first.items + rest.items] == [1, 2, 3, 4]
    assert rest.next_cursor is None


def test_a_list_is_walked_by_its_cursor(stores):
    made = [stores.tickets.create(draft(), NORMAL, None).number for _ in range(3)]

    first = stores.tickets.mine(None, None, 2)
    rest = stores.tickets.mine(None, first.next_cursor, 1)

    seen = [each.number for each in first.items + rest.items]
    assert seen == sorted(made, reverse=True)
    with pytest.raises(Malformed):
        stores.tickets.mine(None, "nonsense", 2)


def test_comments_are_read_in_order_and_added_once(stores, ticket):
    ref, key = str(ticket.id), uuid4().hex
    added = [
        stores.conversation.add(ref, CommentDraft(body=body), key + body)
        for body in ("one", "two", "one")
    ]

    thread = stores.conversation.read(ref, None, 10).items

    assert added[0].id == added[2].id
    assert [each.body for each in thread][-2:] == ["one", "two"]
    with pytest.raises(Invalid, match="idempotency-key-reused"):
        stores.conversation.add(ref, CommentDraft(body="Else"), key + "one")


def test_roles_have_their_rules(stores):
    with pytest.raises(NotFound):
        stores.roles.grant(SOMEBODY, "admin")
    assert "admin" in {role.role for role in stores.roles.all()}
