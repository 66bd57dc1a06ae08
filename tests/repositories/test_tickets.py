"""Tickets and comments through PostgREST."""

from uuid import UUID, uuid4

import pytest

from shared.core.errors import Conflict, Denied, Invalid, Malformed, NotFound, Stale
from shared.core.events import TicketCommented, TicketCreated, TicketStatusChanged
from shared.core.types import (
    CommentVisibility,
    NumberedPage,
    StatusCategory,
    TicketPriority,
)
from shared.ticket_details import Part, TicketDetailRepository
from shared.tickets import (
    MyTickets,
    SolvedTickets,
    StatusChange,
    Ticket,
    TicketChange,
    TicketDraft,
    TicketRepository,
)
from shared.tickets.comments import CommentDraft, CommentRepository
from shared.topics import TopicRepository
from tests.database.personas import id_of

pytestmark = pytest.mark.slow
DRAFT = TicketDraft(
    subject="Printer",
    body="It is down.",
    tags=["printer"],
    data={"impact": "team"},
)
PUBLIC = CommentDraft(body="We are on it.")
READERS = ["agent", "customer"]
NOTE = CommentDraft(body="Psst.", visibility=CommentVisibility.INTERNAL)


def tickets(api, who):
    return TicketRepository(api.open(who))


def details(api, who):
    return TicketDetailRepository(api.open(who))


def opened(api, who="customer", draft=DRAFT, key=None):
    return tickets(api, who).create(draft, key)


def move(api, ticket, status, version=None, who="agent"):
    change = StatusChange(status=status)
    return tickets(api, who).change_status(str(ticket.number), change, version)


def test_a_ticket_is_created_and_read_with_names(api):
    ticket = opened(api)

    read = details(api, "agent").get(str(ticket.id))

    assert Ticket.model_validate(read.model_dump()) == ticket.model_copy(
        update={"unread": True}
    )
    assert (read.comments, read.events, read.topics) == (None, None, None)
    assert (read.requester_name, read.assignee_name) == ("Customer", None)
    assert (read.priority, read.data) == (TicketPriority.HIGH, {"impact": "team"})


def test_the_priority_of_a_draft_goes_before_that_of_triage(api):
    draft = DRAFT.model_copy(update={"priority": TicketPriority.URGENT})

    assert opened(api, draft=draft).priority is TicketPriority.URGENT


def test_a_request_repeated_with_its_key_is_one_ticket(api):
    key, customer = str(uuid4()), tickets(api, "customer")

    first = customer.create(DRAFT, key)

    assert customer.create(DRAFT, key) == first
    with pytest.raises(Invalid) as refusal:
        opened(api, draft=DRAFT.model_copy(update={"subject": "Other"}), key=key)
    assert refusal.value.problem == "idempotency-key-reused"


def test_a_ticket_is_assigned_moved_and_released(api):
    ticket = opened(api)

    assigned = tickets(api, "agent").assign(str(ticket.id), "me", ticket.version)
    moved = move(api, assigned, "pending", assigned.version)
    released = tickets(api, "agent").release(str(ticket.id), None)

    assert (assigned.assignee_id, assigned.assignee_name) == (id_of("agent"), "Agent")
    assert assigned.status_category is StatusCategory.OPEN
    assert moved.status_category is StatusCategory.PENDING
    assert (released.assignee_id, released.version) == (None, 4)


def test_an_update_changes_what_is_named(api):
    ticket = opened(api)
    change = TicketChange(queue="billing", tags=[], data={"impact": None, "a": 1})

    changed = tickets(api, "agent").update(str(ticket.number), change, ticket.version)

    assert (changed.queue_id, changed.tags) == (id_of("billing"), [])
    assert (changed.data, changed.subject) == ({"a": 1}, ticket.subject)
    with pytest.raises(NotFound):  # it is not the agent's to see any more
        tickets(api, "agent").update(str(ticket.number), change, None)


@pytest.mark.parametrize("ref", [str(id_of("no ticket")), "999999999", "nonsense", ""])
def test_a_ticket_that_does_not_exist_is_not_found(api, ref):
    ours, comments = tickets(api, "admin"), CommentRepository(api.open("admin"))

    for attempt in (
        lambda: details(api, "admin").get(ref),
        lambda: details(api, "admin").get(ref, [*Part]),
        lambda: ours.events(ref, NumberedPage()),
        lambda: ours.update(ref, TicketChange(subject="Other"), None),
        lambda: ours.change_status(ref, StatusChange(status="open"), None),
        lambda: ours.assign(ref, "me", None),
        lambda: ours.release(ref, None),
        lambda: comments.read(ref, NumberedPage()),
        lambda: comments.add(ref, PUBLIC, None),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_stale_version_changes_nothing(api):
    ticket, ours = opened(api), tickets(api, "agent")
    ref, stale = str(ticket.id), ticket.version + 1

    for attempt in (
        lambda: ours.update(ref, TicketChange(subject="Other"), stale),
        lambda: ours.change_status(ref, StatusChange(status="open"), stale),
        lambda: ours.assign(ref, "me", stale),
        lambda: ours.release(ref, stale),
    ):
        with pytest.raises(Stale):
            attempt()

    assert details(api, "agent").get(ref).version == ticket.version


def test_refusals_come_as_their_kind(api):
    ticket = opened(api)
    ref = str(ticket.id)

    with pytest.raises(NotFound):
        details(api, "stranger").get(ref)
    with pytest.raises(Denied):
        move(api, ticket, "open", who="customer")
    with pytest.raises(Conflict) as step:
        move(api, ticket, "on_hold")
    with pytest.raises(Conflict) as closing:
        move(api, ticket, "closed")
    with pytest.raises(Invalid) as status:
        move(api, ticket, "nope")
    with pytest.raises(Invalid) as person:
        tickets(api, "lead").assign(ref, str(id_of("stranger")), None)
    with pytest.raises(Invalid):
        tickets(api, "lead").assign(ref, "not a person", None)

    problems = [each.value.problem for each in (step, closing, status, person)]
    assert problems == [
        "step-not-allowed",
        "closed-by-time",
        "unknown-status",
        "not-eligible",
    ]


def test_comments_are_read_in_pages_and_notes_are_hidden_from_customers(api):
    ticket = opened(api)
    agent, customer = (
        CommentRepository(api.open(who)) for who in ("agent", "customer")
    )
    agent.add(str(ticket.id), PUBLIC, None)
    note = agent.add(str(ticket.id), NOTE, None)

    first = customer.read(str(ticket.id), NumberedPage(size=1))
    rest = customer.read(str(ticket.id), NumberedPage(size=1), first.next_cursor)

    assert [comment.body for comment in first.items + rest.items] == [
        "It is down.", "We are on it.",
    ]  # fmt: skip
    assert (rest.items[0].author_name, rest.next_cursor) == ("Agent", None)
    assert agent.read(str(ticket.id), NumberedPage()).items[-1].id == note.id
    with pytest.raises(Denied):
        customer.add(str(ticket.id), NOTE, None)


def test_a_reply_repeated_with_its_key_is_one_comment(api):
    ticket, key = opened(api), str(uuid4())
    agent, ref = CommentRepository(api.open("agent")), str(ticket.id)

    assert agent.add(ref, PUBLIC, key) == agent.add(ref, PUBLIC, key)
    with pytest.raises(Invalid) as refusal:
        agent.add(ref, CommentDraft(body="Something else."), key)
    assert refusal.value.problem == "idempotency-key-reused"


def test_events_are_read_in_pages_as_their_classes(api):
    ticket = opened(api)
    move(api, ticket, "open")
    CommentRepository(api.open("agent")).add(str(ticket.id), NOTE, None)
    agent, customer = tickets(api, "agent"), tickets(api, "customer")

    first = agent.events(str(ticket.id), NumberedPage(size=2))
    rest = agent.events(
        str(ticket.id), NumberedPage(after=int(first.next_cursor), size=2)
    )

    kinds = [type(event) for event in first.items + rest.items]
    assert kinds == [TicketCreated, TicketStatusChanged, TicketCommented]
    assert rest.next_cursor is None
    seen = customer.events(str(ticket.id), NumberedPage()).items
    assert [type(event) for event in seen] == kinds[:2]


def test_a_ticket_comes_with_what_its_lists_and_topics_say(api):
    ticket = opened(api)
    CommentRepository(api.open("agent")).add(str(ticket.id), NOTE, None)
    newest = NumberedPage(newest_first=True)

    for who in ("agent", "customer"):
        found = details(api, who).get(str(ticket.number), [*Part])
        assert found.comments == CommentRepository(api.open(who)).read(
            str(ticket.id), newest
        )
        assert found.events == tickets(api, who).events(str(ticket.id), newest)
        assert (
            found.topics
            == TopicRepository(api.open(who)).current(str(ticket.id)).topics
        )
        alone = details(api, who).get(str(ticket.id), [Part.EVENTS])
        assert (alone.comments, alone.events, alone.topics) == (
            None,
            found.events,
            None,
        )
        assert Ticket.model_validate(found.model_dump()) == Ticket.model_validate(
            details(api, who).get(str(ticket.id)).model_dump()
        )


def test_what_is_included_changes_for_those_who_see_that_it_changed(api):
    ticket = opened(api)
    note = CommentRepository(api.open("agent")).add(str(ticket.id), NOTE, None)

    def tags(*parts):
        found = {who: details(api, who).get(str(ticket.id), parts) for who in READERS}
        return {who: (found[who].version, found[who].digest()) for who in READERS}

    def changed(before):
        after = tags(*Part)
        return [who for who in READERS if before[who] != after[who]]

    before = tags(*Part)
    assert changed(before) == []
    CommentRepository(api.open("agent")).add(str(ticket.id), NOTE, None)
    assert changed(before) == ["agent"]
    before = tags(*Part)
    CommentRepository(api.open("lead")).redact(str(ticket.id), str(note.id), None)
    assert changed(before) == ["agent"]
    before = tags(*Part)
    CommentRepository(api.open("colleague")).add(str(ticket.id), PUBLIC, None)
    assert changed(before) == READERS
    assert tags() == {who: (version, None) for who, (version, _) in tags(*Part).items()}


def test_my_tickets_are_read_in_pages_newest_first_and_filtered(api):
    numbers = [opened(api, "biller").number for _ in range(3)]
    mine = tickets(api, "biller")

    new, all_open = MyTickets(statuses=["new"]), MyTickets(statuses=["open"])

    first = mine.mine(new, None, 2)
    rest = mine.mine(new, first.next_cursor, 2)

    assert [t.number for t in first.items + rest.items] == numbers[::-1]
    for sort, expected in [("oldest", numbers), ("updated", numbers[::-1])]:
        chosen = MyTickets(status_categories=["new"], sort=sort)
        first = mine.mine(chosen, None, 2)
        rest = mine.mine(chosen, first.next_cursor, 2)
        assert [t.number for t in first.items + rest.items] == expected
    with pytest.raises(Malformed):
        mine.mine(new, first.next_cursor, 2)
    assert (mine.mine(all_open, None, 2).items, rest.next_cursor) == ([], None)


def test_a_worker_closes_solved_tickets(api):
    assert SolvedTickets(api.worker()).close_due() == 0


def test_a_broken_rule_is_put_in_words_without_the_value(api):
    draft = DRAFT.model_copy(update={"tags": ["a secret of mine"]})

    with pytest.raises(Invalid) as refusal:
        opened(api, draft=draft)

    assert refusal.value.detail == "`tags` is not written as it has to be."


def test_a_ticket_is_read_by_its_number(api):
    ticket = opened(api)

    assert isinstance(ticket.id, UUID)
    assert details(api, "customer").get(str(ticket.number)).id == ticket.id
