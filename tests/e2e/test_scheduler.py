"""Every minute somebody looks what there is to do, and has it done."""

import httpx
import pytest

from tests.open_desk import eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def strike(opened):
    """Let a minute be over; return which jobs were started."""

    def strike():
        url = f"{opened.desk.api_url}/.local/tick/DispatchJobs"
        answer = httpx.post(url, timeout=60)
        answer.raise_for_status()
        return answer.json()["started"]

    return strike


def test_what_has_come_due_is_done_by_its_worker(people, database, strike):
    ticket = people.customer.opens(subject="The clock stands still")
    people.agent.takes(ticket)
    people.agent.moves(ticket, "open")
    people.agent.moves(ticket, "solved")
    assert "solved_tickets" not in strike()

    database.execute(
        "update public.tickets set solved_at = now() - interval '99 days'"
        " where id = %s",
        [ticket["id"]],
    )

    assert "solved_tickets" in strike()
    path = f"/v1/tickets/{ticket['id']}"
    eventually(lambda: people.customer.get(path)["status"] == "closed")
