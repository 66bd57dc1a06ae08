"""Bulk updates through PostgREST."""

from uuid import uuid4

import pytest

from shared.bulk_updates import (
    BulkDraft,
    BulkResult,
    BulkState,
    BulkUpdateQueueRepository,
    BulkUpdateRepository,
)
from shared.core.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated
from shared.core.types import TicketPriority
from shared.ticket_details import TicketDetailRepository
from shared.tickets import TicketDraft, TicketRepository, TicketStep

pytestmark = pytest.mark.slow
LOW = TicketStep(priority=TicketPriority.LOW)


def opened(api):
    draft = TicketDraft(
        subject="Printer", body="It burns.", priority=TicketPriority.HIGH
    )
    return TicketRepository(api.open("customer")).create(draft, None)


def updates(api, who="agent"):
    return BulkUpdateRepository(api.open(who))


def begun(api, *refs, change=LOW, key=None, who="agent"):
    return updates(api, who).begin(BulkDraft(tickets=[*refs], change=change), key)


def worked_off(api):
    work = BulkUpdateQueueRepository(api.worker())
    while claimed := work.claim():
        work.apply(claimed)


def test_a_bulk_update_is_started_applied_read_and_undone(api):
    ticket = opened(api)
    ref = str(ticket.id)

    job = begun(api, ref, "99999999")
    worked_off(api)
    after = updates(api).get(job.id)
    items = updates(api).items(job.id, None, None, 1)
    rest = updates(api).items(job.id, None, items.next_cursor, 1)
    low = TicketDetailRepository(api.open("agent")).get(ref).priority
    back = updates(api).undo(job.id, None)
    worked_off(api)

    assert updates(api).mine(None, 2).items[0].id == back.id
    assert updates(api, "lead").mine(None, 2).items == []
    assert (job.state, job.total) == (BulkState.WAITING, 2)
    assert (after.state, after.done, after.failed) == (BulkState.FINISHED, 1, 1)
    assert after.change == {"priority": "low"}
    assert [each.result for each in items.items] == [BulkResult.DONE]
    assert [each.problem for each in rest.items] == ["not-found"]
    assert rest.next_cursor is None
    assert (low, back.undo_of) == (TicketPriority.LOW, job.id)
    assert (
        TicketDetailRepository(api.open("agent")).get(ref).priority
        is TicketPriority.HIGH
    )


def test_one_key_is_one_bulk_update(api):
    ref, key = str(opened(api).id), str(uuid4())

    assert begun(api, ref, key=key) == begun(api, ref, key=key)
    worked_off(api)


def test_refusals_come_as_their_kind(api):
    ref = str(opened(api).id)
    job = begun(api, ref)
    worked_off(api)

    with pytest.raises(Denied):
        begun(api, ref, who="customer")
    with pytest.raises(Invalid) as refusal:
        updates(api).begin(BulkDraft(view=uuid4(), change=LOW), None)
    assert refusal.value.problem == "unknown-view"
    with pytest.raises(Conflict):
        begun(api, ref, change=TicketStep(status="closed"))
    for ask in (updates(api, "neighbour").get, updates(api, "admin").get):
        with pytest.raises(NotFound):
            ask(job.id)
    with pytest.raises(Unauthenticated):
        BulkUpdateQueueRepository(api.open(None)).claim()
