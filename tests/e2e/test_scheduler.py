"""The scheduler starts the worker of every job that is due."""

import httpx
import pytest

from tests.open_desk import eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def run_scheduler(opened):
    """Run the dispatcher, as every minute; return which jobs it started."""

    def run_scheduler():
        url = f"{opened.desk.api_url}/.local/tick/DispatchJobs"
        answer = httpx.post(url, timeout=60)
        answer.raise_for_status()
        return answer.json()["started"]

    return run_scheduler


def test_a_job_that_comes_due_is_started(people, database, run_scheduler):
    ticket = people.customer.open_ticket(subject="The hands stand still")
    people.agent.take(ticket)
    people.agent.set_status(ticket, "open")
    people.agent.set_status(ticket, "solved")
    assert "solved_tickets" not in run_scheduler()

    database.execute(
        "update public.tickets set solved_at = now() - interval '99 days'"
        " where id = %s",
        [ticket["id"]],
    )

    assert "solved_tickets" in run_scheduler()
    path = f"/v1/tickets/{ticket['id']}"
    eventually(lambda: people.customer.get(path)["status"] == "closed")
