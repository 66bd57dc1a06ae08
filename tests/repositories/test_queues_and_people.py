"""Queues, people and roles through PostgREST."""

import pytest

from shared.errors import Conflict, Denied, Invalid, Malformed, NotFound
from shared.models import (
    QueueFilter,
    QueueSort,
    RoleDefinition,
    TicketDraft,
    TicketPriority,
)
from shared.repositories import People, Queues, Roles, Tickets
from tests.database.cast import id_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def billing(api):
    """Five tickets in queue billing, tagged so that others do not count."""
    wanted = QueueFilter(tag="counted")
    for priority in (*TicketPriority, TicketPriority.LOW):
        draft = TicketDraft(
            subject="Bill", body="Wrong.", queue="billing", tags=["counted"],
            priority=priority,
        )  # fmt: skip
        Tickets(api.open("stranger")).create(draft, priority, None)
    return wanted


@pytest.mark.parametrize("sort", QueueSort)
def test_a_queue_read_in_pages_is_the_queue(api, billing, sort):
    queues = Queues(api.open("biller"))

    numbers, cursor = [], None
    while True:
        page = queues.page("billing", billing, sort, cursor, 2)
        numbers += [ticket.number for ticket in page.items]
        if (cursor := page.next_cursor) is None:
            break

    made = sorted(numbers)
    assert len(set(numbers)) == 5
    newest_first = sort in (QueueSort.NEWEST, QueueSort.UPDATED)
    assert numbers == (made[::-1] if newest_first else made)


def test_a_queue_is_filtered(api, billing):
    queues = Queues(api.open("biller"))
    narrow = billing.model_copy(
        update={"priorities": [TicketPriority.LOW], "assignee": "none"}
    )

    found = queues.page("billing", narrow, QueueSort.OLDEST, None, 9).items

    assert [ticket.priority for ticket in found] == [TicketPriority.LOW] * 2
    mine = billing.model_copy(update={"assignee": id_of("biller")})
    assert queues.page("billing", mine, QueueSort.OLDEST, None, 9).items == []


def test_a_queue_not_worked_is_not_found(api, billing):
    for who in ("customer", "agent"):
        with pytest.raises(NotFound):
            Queues(api.open(who)).page("billing", billing, QueueSort.OLDEST, None, 9)


def test_an_unknown_status_and_a_foreign_cursor_are_refused(api, billing):
    queues = Queues(api.open("biller"))

    with pytest.raises(Invalid):
        queues.page(
            "billing", QueueFilter(statuses=["nope"]), QueueSort.OLDEST, None, 9
        )
    with pytest.raises(Malformed):
        queues.page("billing", billing, QueueSort.OLDEST, "nope", 9)


def test_the_overview_counts(api, billing):
    [queue] = Queues(api.open("biller")).overview()

    assert (queue.key, queue.counts.new >= 5) == ("billing", True)
    assert Queues(api.open("customer")).overview() == []


def test_whoever_signed_in_is_told_who_they_are(api):
    me = People(api.open("lead")).me()

    assert (me.id, me.name, me.email) == (id_of("lead"), "Lead", "lead@example.com")
    assert me.roles == ["customer", "lead"]
    assert "tickets.assign" in me.permissions
    assert [queue.key for queue in me.queues] == ["support"]


def test_people_are_found_page_by_page_by_staff(api):
    people = People(api.open("agent"))

    first = people.find(None, "customer", None, 5)
    rest = people.find(None, "customer", first.next_cursor, 5)

    names = [person.name for person in first.items + rest.items]
    assert names == sorted(names)
    assert {"Admin", "Stranger"} <= set(names)
    with pytest.raises(Denied):
        People(api.open("customer")).find(None, None, None, 5)


def test_a_role_is_defined_given_and_taken(api):
    roles = Roles(api.open("admin"))
    reader = RoleDefinition(name="Reader", permissions=["tickets.read"])

    defined = roles.define("reader", reader)
    given = roles.grant(id_of("colleague"), "reader")
    taken = roles.revoke(id_of("colleague"), "reader")

    assert defined in roles.all()
    assert given.roles == ["customer", "reader"]
    assert taken.roles == ["customer"]


def test_refusals_about_roles_come_as_their_kind(api):
    roles = Roles(api.open("admin"))
    nothing = RoleDefinition(name="N", permissions=[])

    with pytest.raises(Denied) as own:
        roles.revoke(id_of("admin"), "admin")
    with pytest.raises(Conflict) as built_in:
        roles.define("agent", nothing)
    with pytest.raises(Invalid) as unknown:
        roles.define("r1", RoleDefinition(name="N", permissions=["eat"]))
    with pytest.raises(NotFound):
        roles.grant(id_of("nobody"), "agent")
    with pytest.raises(Denied):
        Roles(api.open("lead")).define("r1", nothing)

    problems = [each.value.problem for each in (own, built_in, unknown)]
    assert problems == ["own-role", "built-in-role", "unknown-permission"]
