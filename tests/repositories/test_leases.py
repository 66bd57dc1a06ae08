"""Reply leases through PostgREST."""

import pytest

from shared.core.errors import Conflict, Denied, NotFound
from shared.core.events import TicketReplyTakenOver
from shared.core.types import NumberedPage
from shared.tickets import TicketDraft, TicketRepository
from shared.tickets.comments import (
    CommentDraft,
    CommentRepository,
    LeaseClaim,
    ReplyLeaseRepository,
)
from tests.database.personas import id_of

pytestmark = pytest.mark.slow
CLAIM, TAKE_OVER = LeaseClaim(), LeaseClaim(take_over=True)


@pytest.fixture
def ref(api):
    draft = TicketDraft(subject="Printer", body="It burns.")
    customer = TicketRepository(api.open("customer"))
    return str(customer.create(draft, None).number)


def leases(api, who):
    return ReplyLeaseRepository(api.open(who))


def test_a_lease_is_held_taken_over_and_released(api, ref):
    held = leases(api, "agent").hold(ref, CLAIM)
    with pytest.raises(Conflict) as refusal:
        leases(api, "lead").hold(ref, CLAIM)
    with pytest.raises(Conflict):
        CommentRepository(api.open("lead")).add(ref, CommentDraft(body="Hello."), None)

    taken = leases(api, "lead").hold(ref, TAKE_OVER)
    seen = leases(api, "agent").read(ref)
    free = leases(api, "lead").release(ref)

    assert (held.person_id, held.person_name) == (id_of("agent"), "Agent")
    assert refusal.value.problem == "being-answered"
    assert "Agent is answering" in refusal.value.detail
    assert (taken.person_id, seen) == (id_of("lead"), taken)
    assert (free.person_id, free.expires_at) == (None, None)
    [*_, last] = TicketRepository(api.open("agent")).events(ref, NumberedPage()).items
    assert isinstance(last, TicketReplyTakenOver)


def test_refusals_come_as_their_kind(api, ref):
    for method in ("read", "release"):
        with pytest.raises(Denied):
            getattr(leases(api, "customer"), method)(ref)
        with pytest.raises(NotFound):
            getattr(leases(api, "stranger"), method)(ref)
    with pytest.raises(Denied):
        leases(api, "customer").hold(ref, TAKE_OVER)
