"""Tickets and conversations through PostgREST."""

from uuid import UUID, uuid4

import pytest

from shared.core.errors import Conflict, Denied, Invalid, NotFound, Stale
from shared.core.events import TicketCommented, TicketCreated, TicketStatusChanged
from shared.core.types import CommentVisibility, StatusCategory, TicketPriority
from shared.tickets import (
    SolvedTickets,
    StatusChange,
    TicketChange,
    TicketDraft,
    TicketRepository,
)
from shared.tickets.comments import CommentDraft, CommentRepository
from tests.database.personas import id_of

pytestmark = pytest.mark.slow
DRAFT = TicketDraft(
    subject="Printer", body="It burns.", tags=["printer"], data={"impact": "team"}
)
PUBLIC = CommentDraft(body="We are on it.")
NOTE = CommentDraft(body="Psst.", visibility=CommentVisibility.INTERNAL)


def tickets(api, who):
    return TicketRepository(api.open(who))


def opened(api, who="customer", draft=DRAFT, key=None):
    return tickets(api, who).create(draft, TicketPriority.HIGH, key)


def move(api, ticket, status, version=None, who="agent"):
    change = StatusChange(status=status)
    return tickets(api, who).change_status(str(ticket.number), change, version)


def test_a_ticket_is_created_and_read_with_names(api):
    ticket = opened(api)

    read = tickets(api, "agent").get(str(ticket.id))

    assert read == ticket.model_copy(update={"unread": True})
    assert (read.requester_name, read.assignee_name) == ("Customer", None)
    assert (read.priority, read.data) == (TicketPriority.HIGH, {"impact": "team"})


def test_a_request_repeated_with_its_key_is_one_ticket(api):
    key = str(uuid4())

    assert opened(api, key=key) == opened(api, key=key)
    with pytest.raises(Invalid) as refusal:
        opened(api, draft=DRAFT.model_copy(update={"subject": "Other"}), key=key)
    assert refusal.value.problem == "idempotency-key-reused"


def test_a_ticket_is_taken_moved_and_put_back(api):
    ticket = opened(api)

    taken = tickets(api, "agent").assign(str(ticket.id), "me", ticket.version)
    moved = move(api, taken, "open", taken.version)
    freed = tickets(api, "agent").release(str(ticket.id), None)

    assert (taken.assignee_id, taken.assignee_name) == (id_of("agent"), "Agent")
    assert moved.status_category is StatusCategory.OPEN
    assert (freed.assignee_id, freed.version) == (None, 4)


def test_a_ticket_is_changed_where_it_is_named(api):
    ticket = opened(api)
    change = TicketChange(queue="billing", tags=[], data={"impact": None, "a": 1})

    changed = tickets(api, "agent").update(str(ticket.number), change, ticket.version)

    assert (changed.queue_id, changed.tags) == (id_of("billing"), [])
    assert (changed.data, changed.subject) == ({"a": 1}, ticket.subject)
    with pytest.raises(NotFound):  # it is not the agent's to see any more
        tickets(api, "agent").update(str(ticket.number), change, None)


def test_refusals_come_as_their_kind(api):
    ticket = opened(api)
    ref = str(ticket.id)

    with pytest.raises(NotFound):
        tickets(api, "stranger").get(ref)
    with pytest.raises(Denied):
        move(api, ticket, "open", who="customer")
    with pytest.raises(Stale):
        move(api, ticket, "open", version=99)
    with pytest.raises(Conflict) as step:
        move(api, ticket, "on_hold")
    with pytest.raises(Invalid) as status:
        move(api, ticket, "nope")
    with pytest.raises(Invalid) as person:
        tickets(api, "lead").assign(ref, str(id_of("stranger")), None)
    with pytest.raises(Invalid):
        tickets(api, "lead").assign(ref, "not a person", None)

    problems = [each.value.problem for each in (step, status, person)]
    assert problems == ["step-not-allowed", "unknown-status", "not-eligible"]


def test_a_conversation_is_read_in_pages_and_hides_notes_from_customers(api):
    ticket = opened(api)
    agent, customer = (
        CommentRepository(api.open(who)) for who in ("agent", "customer")
    )
    agent.add(str(ticket.id), PUBLIC, None)
    note = agent.add(str(ticket.id), NOTE, None)

    first = customer.read(str(ticket.id), None, 1)
    rest = customer.read(str(ticket.id), first.next_cursor, 1)

    assert [comment.body for comment in first.items + rest.items] == [
        "It burns.", "We are on it.",
    ]  # fmt: skip
    assert (rest.items[0].author_name, rest.next_cursor) == ("Agent", None)
    assert agent.read(str(ticket.id), None, 9).items[-1].id == note.id
    with pytest.raises(Denied):
        customer.add(str(ticket.id), NOTE, None)


def test_a_reply_repeated_with_its_key_is_one_comment(api):
    ticket, key = opened(api), str(uuid4())
    agent = CommentRepository(api.open("agent"))

    assert agent.add(str(ticket.id), PUBLIC, key) == agent.add(
        str(ticket.id), PUBLIC, key
    )


def test_a_history_is_read_in_pages_of_typed_events(api):
    ticket = opened(api)
    move(api, ticket, "open")
    CommentRepository(api.open("agent")).add(str(ticket.id), NOTE, None)
    agent, customer = tickets(api, "agent"), tickets(api, "customer")

    first = agent.events(str(ticket.id), 0, 2)
    rest = agent.events(str(ticket.id), int(first.next_cursor), 2)

    kinds = [type(event) for event in first.items + rest.items]
    assert kinds == [TicketCreated, TicketStatusChanged, TicketCommented]
    assert rest.next_cursor is None
    seen = customer.events(str(ticket.id), 0, 9).items
    assert [type(event) for event in seen] == kinds[:2]


def test_my_tickets_are_paged_newest_first_and_filtered(api):
    made = [opened(api, "biller").number for _ in range(3)]
    mine = tickets(api, "biller")

    first = mine.mine(["new"], None, 2)
    rest = mine.mine(["new"], first.next_cursor, 2)

    assert [t.number for t in first.items + rest.items] == made[::-1]
    assert (mine.mine(["open"], None, 2).items, rest.next_cursor) == ([], None)


def test_closing_is_the_workers(api):
    assert SolvedTickets(api.worker()).close_due() == 0


def test_a_value_that_breaks_a_rule_names_the_rule_and_not_the_value(api):
    draft = DRAFT.model_copy(update={"tags": ["a secret of mine"]})

    with pytest.raises(Invalid) as refusal:
        opened(api, draft=draft)

    assert refusal.value.detail == "It breaks the rule tickets_tags_form."


def test_ids_are_ids(api):
    ticket = opened(api)

    assert isinstance(ticket.id, UUID)
    assert tickets(api, "customer").get(str(ticket.number)).id == ticket.id
