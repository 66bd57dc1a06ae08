"""A bulk update whose worker and database are killed half-way: every ticket once."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from .desk import FragileDesk, fragile_desk

TICKETS = 140
WORKER = "ApplyBulkUpdates"
LEFT = "select 1 from private.bulk_updates where finished_at is null"
LEASES_END = "update private.bulk_updates set due_at = now() where finished_at is null"
BLOCKED = """
select 1 from pg_stat_activity
where usename = 'authenticator' and wait_event_type = 'Lock'
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def desk() -> Iterator[FragileDesk]:
    with fragile_desk() as desk:
        yield desk


def opened(desk):
    drafts = [{"subject": f"Ticket {n}", "body": "It rattles."} for n in range(TICKETS)]
    with desk.client("customer") as customer:
        answers = [customer.post("rpc/create_ticket", json=draft) for draft in drafts]
    return [answer.raise_for_status().json()["id"] for answer in answers]


@contextmanager
def locked(desk, ticket):
    """Keep a ticket locked, until the worker has come to it and something has died."""
    database = psycopg.connect(desk.deployment.database_url)
    with suppress(psycopg.OperationalError), database as connection:
        query = "select from public.tickets where id = %s for update"
        connection.execute(query, [ticket])
        yield


def retry(desk):
    """Let the leases of the dead worker expire, and run the worker."""
    desk.rows(LEASES_END)
    with suppress(Exception):  # the gateway fails when the worker dies
        desk.tick(WORKER)


def test_a_bulk_update_survives_its_worker_and_its_database(desk):
    tickets = opened(desk)

    with desk.client("agent") as agent:
        bulk_update = {
            "tickets": tickets,
            "change": {"priority": "low", "status": "open"},
        }
        with locked(desk, tickets[60]):
            job = (
                agent.post("rpc/bulk_update", json=bulk_update)
                .raise_for_status()
                .json()
            )
            desk.eventually(lambda: desk.rows(BLOCKED))
            assert desk.kill_environments(f"{WORKER}Function")
        with locked(desk, tickets[-1]):
            desk.rows(LEASES_END)
            message = '{"job": "bulk_updates"}'
            desk.queue("JobQueue").send_message(MessageBody=message)
            desk.eventually(lambda: desk.rows(BLOCKED))
            desk.kill("postgres")
            desk.start("postgres")
        desk.eventually(lambda: retry(desk) or not desk.rows(LEFT), 0.1)

    [after] = desk.rows(
        "select done, skipped, failed, total from private.bulk_updates where id = %s",
        job["id"],
    )
    happened = desk.rows(
        "select type, count(*), count(distinct ticket_id) from public.ticket_events"
        " where batch_id = %s group by type order by type",
        job["id"],
    )
    assert after == (TICKETS, 0, 0, TICKETS)
    assert happened == [
        ("TICKET_STATUS_CHANGED", TICKETS, TICKETS),
        ("TICKET_UPDATED", TICKETS, TICKETS),
    ]
    assert desk.rows("select distinct status, priority from public.tickets") == [
        ("open", "low")
    ]
