"""Queues, people and roles through PostgREST."""

from datetime import timedelta

import pytest

from shared.core.errors import (
    Conflict,
    Denied,
    Invalid,
    Malformed,
    NotFound,
    Stale,
    Unauthenticated,
)
from shared.core.types import TicketPriority
from shared.people import PeopleRepository, RoleDefinition, RoleRepository
from shared.queues import (
    Queue,
    QueueFilter,
    QueueRepository,
    QueueSort,
    QueueStatusBroadcaster,
    QueueStatusRepository,
    QueueSummary,
    Selection,
    Total,
)
from shared.queues.administration import QueueAdministration
from shared.ticket_details import TicketDetailRepository
from shared.tickets import (
    ReadMarkerChange,
    ReadMarkerRepository,
    TicketDraft,
    TicketRepository,
    WaitingParty,
)
from shared.views import ViewChange, ViewDraft, ViewRepository, ViewScope
from tests.database.personas import id_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def billing(api):
    """Five tickets in queue billing, tagged so that others do not count."""
    counted = QueueFilter(tags=["counted"])
    for priority in (*TicketPriority, TicketPriority.LOW):
        draft = TicketDraft(
            subject="Bill", body="Wrong.", queue="billing", tags=["counted"],
            priority=priority,
        )  # fmt: skip
        TicketRepository(api.open("stranger")).create(draft, None)
    return counted


@pytest.mark.parametrize("sort", QueueSort)
def test_a_queue_is_read_in_pages(api, billing, sort):
    queues = QueueRepository(api.open("biller"))
    if sort is QueueSort.WAITING:
        billing = billing.model_copy(update={"waiting_on": [WaitingParty.AGENT]})
    selection = Selection(filters=billing, sort=sort)

    numbers, cursor = [], None
    while True:
        page = queues.page("billing", selection, cursor, 2)
        numbers += [ticket.number for ticket in page.items]
        if (cursor := page.next_cursor) is None:
            break

    oldest_first = sorted(numbers)
    assert len(set(numbers)) == 5
    newest_first = sort in (QueueSort.NEWEST, QueueSort.UPDATED)
    assert numbers == (oldest_first[::-1] if newest_first else oldest_first)


def test_a_queue_is_filtered(api, billing):
    queues = QueueRepository(api.open("biller"))
    narrow = billing.model_copy(
        update={"priorities": [TicketPriority.LOW], "assignee": "none"}
    )

    def found(filters):
        return queues.page("billing", Selection(filters=filters), None, 9).items

    assert [each.priority for each in found(narrow)] == [TicketPriority.LOW] * 2
    assert found(billing.model_copy(update={"assignee": id_of("biller")})) == []
    assert found(billing.model_copy(update={"created_before": timedelta(days=1)})) == []
    assert len(found(billing.model_copy(update={"requester": id_of("stranger")}))) == 5


def test_a_ticket_of_a_list_has_names_and_says_whether_it_is_unread(api, billing):
    selection = Selection(filters=billing)

    [first, *_] = (
        QueueRepository(api.open("admin")).page("billing", selection, None, 9).items
    )

    assert (first.requester_name, first.assignee_name) == ("Stranger", None)
    assert first.unread is True


def test_a_total_is_counted_on_request(api, billing):
    queues = QueueRepository(api.open("biller"))
    selection = Selection(filters=billing)

    counted = queues.page("billing", selection, None, 2, count=True)

    assert counted.total == Total(count=5, exact=True)
    assert queues.page("billing", selection, None, 2).total is None


def test_a_queue_of_others_is_not_found(api, billing):
    for who in ("customer", "agent"):
        with pytest.raises(NotFound):
            QueueRepository(api.open(who)).page(
                "billing", Selection(filters=billing), None, 9
            )


def test_an_unknown_status_and_a_foreign_cursor_are_refused(api, billing):
    queues = QueueRepository(api.open("biller"))

    unknown = Selection(filters=QueueFilter(statuses=["nope"]))
    by_age = Selection(filters=billing, sort=QueueSort.OLDEST)
    cursor = queues.page("billing", by_age, None, 2).next_cursor

    with pytest.raises(Invalid):
        queues.page("billing", unknown, None, 9)
    with pytest.raises(Malformed):
        queues.page("billing", by_age, "nope", 9)
    with pytest.raises(Invalid) as other_order:
        queues.page("billing", Selection(filters=billing), cursor, 9)

    assert other_order.value.problem == "bad-cursor"


def test_a_view_is_saved_read_changed_and_deleted(api, billing):
    database = api.open("biller")
    views, queues = ViewRepository(database), QueueRepository(database)
    draft = ViewDraft(name="Counted", queue="billing", conditions=billing)

    created = views.create(draft, "k")
    first = queues.view(created.id, None, 3, count=True)
    rest = queues.view(created.id, first.next_cursor, 3)
    changed = views.change(created.id, ViewChange(sort=QueueSort.NEWEST), 1)

    assert (views.create(draft, "k"), views.all()) == (created, [changed])
    assert created.conditions.model_dump() == billing.model_dump()
    assert [len(first.items), len(rest.items), rest.next_cursor] == [3, 2, None]
    assert first.total == Total(count=5, exact=True)
    with pytest.raises(Invalid):
        queues.view(created.id, first.next_cursor, 3)
    assert views.delete(created.id, 2) == changed
    with pytest.raises(NotFound):
        queues.view(created.id, None, 3)


def test_refusals_about_views_come_as_their_kind(api):
    views = ViewRepository(api.open("biller"))

    with pytest.raises(Denied):
        views.create(ViewDraft(name="V", scope=ViewScope.EVERYONE), None)
    with pytest.raises(Invalid):
        views.create(ViewDraft(name="V", queue="support"), None)
    with pytest.raises(Denied):
        ViewRepository(api.open("customer")).create(ViewDraft(name="V"), None)
    with pytest.raises(NotFound):
        views.delete(id_of("view"), None)


def test_the_status_of_a_queue_is_returned(api, billing):
    status = QueueStatusRepository(api.open("biller")).status("billing")

    assert (status.new >= 5, status.waiting >= 5) == (True, True)
    assert sum(status.by_priority.values()) == status.new
    with pytest.raises(NotFound):
        QueueStatusRepository(api.open("customer")).status("billing")


def test_a_worker_broadcasts_and_nobody_else(api, billing):
    broadcaster = QueueStatusBroadcaster(api.worker())

    assert broadcaster.broadcast_changed() is None
    assert broadcaster.broadcast_deferred() is None
    assert broadcaster.refresh(id_of("no such event")) is None
    with pytest.raises(Unauthenticated):
        QueueStatusBroadcaster(api.open("admin")).broadcast_changed()


def test_a_read_marker_makes_a_ticket_read(api, billing):
    tickets = TicketDetailRepository(api.open("biller"))
    selection = Selection(filters=billing)
    [first, *_] = (
        QueueRepository(api.open("biller")).page("billing", selection, None, 9).items
    )

    markers = ReadMarkerRepository(api.open("biller"))
    marker = markers.set(str(first.number), ReadMarkerChange())

    assert (marker.ticket_id, marker.seq) == (first.id, 1)
    assert tickets.get(str(first.id)).unread is False


def test_queues_are_listed_with_their_counts(api, billing):
    [queue] = QueueRepository(api.open("biller")).overview(archived=False)

    assert isinstance(queue, Queue)
    assert (queue.key, queue.counts.new >= 5) == ("billing", True)
    assert QueueRepository(api.open("biller")).overview(archived=True) == []
    [shown] = [
        each
        for each in QueueRepository(api.open("customer")).overview(archived=False)
        if each.key == "billing"
    ]
    assert type(shown) is QueueSummary
    agents = QueueAdministration(api.open("biller"))
    first = agents.assignable("billing", None, None, 1)
    rest = agents.assignable("billing", None, first.next_cursor, 1)
    names = [each.name for page in (first, rest) for each in page.items]
    assert (names, rest.next_cursor) == (["Admin", "Biller"], None)


def test_the_caller_is_returned_with_roles_and_queues(api):
    me = PeopleRepository(api.open("lead")).me()

    assert (me.id, me.name, me.email) == (id_of("lead"), "Lead", "lead@example.com")
    assert me.roles == ["customer", "lead"]
    assert "tickets.assign" in me.permissions
    assert [queue.key for queue in me.queues] == ["support"]


def test_staff_list_people_page_by_page(api):
    people = PeopleRepository(api.open("agent"))

    first = people.find(None, "customer", None, 5)
    rest = people.find(None, "customer", first.next_cursor, 5)

    names = [person.name for person in first.items + rest.items]
    assert names == sorted(names)
    assert {"Admin", "Stranger"} <= set(names)
    with pytest.raises(Denied):
        PeopleRepository(api.open("customer")).find(None, None, None, 5)


def test_a_role_is_defined_granted_and_revoked(api):
    roles = RoleRepository(api.open("admin"))
    reader = RoleDefinition(name="Reader", permissions=["tickets.read"])

    defined = roles.define("reader", reader, None)
    granted = roles.grant(id_of("colleague"), "reader")
    revoked = roles.revoke(id_of("colleague"), "reader")

    assert defined in roles.all()
    assert granted.roles == ["customer", "reader"]
    assert revoked.roles == ["customer"]
    with pytest.raises(Stale):
        roles.delete("reader", defined.version + 1)
    assert roles.delete("reader", defined.version) == defined
    assert "tickets.read" in [each.permission for each in roles.permissions()]


def test_refusals_about_roles_come_as_their_kind(api):
    roles = RoleRepository(api.open("admin"))
    nothing = RoleDefinition(name="N", permissions=[])

    with pytest.raises(Denied) as own:
        roles.revoke(id_of("admin"), "admin")
    with pytest.raises(Conflict) as built_in:
        roles.define("agent", nothing, None)
    with pytest.raises(Invalid) as unknown:
        roles.define("r1", RoleDefinition(name="N", permissions=["eat"]), None)
    with pytest.raises(NotFound):
        roles.grant(id_of("nobody"), "agent")
    with pytest.raises(Denied):
        RoleRepository(api.open("lead")).define("r1", nothing, None)

    problems = [each.value.problem for each in (own, built_in, unknown)]
    assert problems == ["own-role", "built-in-role", "unknown-permission"]
