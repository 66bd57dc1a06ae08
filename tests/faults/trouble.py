"""What goes wrong, one thing a function; each ends with everything running again."""

import json
import random
from collections.abc import Callable
from typing import Any

import psycopg

from tests.database.personas import id_of

from .desk import FragileDesk

Event = dict[str, Any]
Fault = Callable[[FragileDesk], None]

BLOCKED = """
select 1 from pg_stat_activity
where usename = 'authenticator' and wait_event_type = 'Lock'
"""
SENDING = """
select 1 from private.webhook_deliveries
inner join private.webhook_endpoints on webhook_endpoints.id = endpoint_id
where leased_until > now() and description = '/moody'
"""
EVENTS = "select to_jsonb(events) from public.ticket_events as events"


def kill_webhook_worker(desk: FragileDesk) -> None:
    """Nobody sends what pg_net has queued; what was being sent is sent again."""
    desk.kill("webhooks")
    desk.start("webhooks")


def kill_database(desk: FragileDesk) -> None:
    """Everybody's answer is lost, and with it the queue of pg_net."""
    desk.kill("postgres")
    desk.start("postgres")


def kill_backend(desk: FragileDesk) -> None:
    """The database ends every connection and recovers by itself."""
    desk.kill_backend()


def kill_aws(desk: FragileDesk) -> None:
    """The queues and all that was in them are gone; the gateway makes new ones."""
    desk.kill("aws")
    desk.start("aws")
    desk.kill("functions")
    desk.start("functions")


def kill_worker_mid_batch(desk: FragileDesk) -> None:
    """A worker asks for its effect and is gone before it hears that it had it."""
    with psycopg.connect(desk.places.database_url) as connection:
        connection.execute("lock table private.reactions in share mode")
        desk.eventually(lambda: desk.rows(BLOCKED))
        desk.eventually(lambda: desk.kill_environments("ProcessEventsFunction"))


def kill_courier_mid_flight(desk: FragileDesk) -> None:
    """What it was sending is leased to nobody who lives."""
    desk.eventually(lambda: desk.rows(SENDING))
    desk.kill_environments("DeliverWebhooksFunction")


def kill_clock(desk: FragileDesk) -> None:
    """Whoever wakes the workers is gone, with all wake-ups that he had in hand."""
    desk.eventually(lambda: desk.kill_environments("DispatchJobsFunction"))


def deliver_twice(desk: FragileDesk) -> None:
    """Events come again, in other order, whether they are done or not."""
    events = [event for (event,) in desk.rows(f"{EVENTS} order by occurred_at desc")]
    send(desk, 2 * events[:60])


FAULTS: tuple[Fault, ...] = (
    kill_webhook_worker,
    deliver_twice,
    kill_worker_mid_batch,
    kill_database,
    kill_courier_mid_flight,
    kill_clock,
    kill_aws,
    kill_backend,
)


def send(desk: FragileDesk, events: list[Event]) -> None:
    """Put events into the queue past the outbox, in any order."""
    queue = desk.queue("EventQueue")
    shuffled = random.sample(events, len(events))
    for start in range(0, len(shuffled), 10):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps({"event_id": event["id"]})}
            for number, event in enumerate(shuffled[start : start + 10])
        ]
        queue.send_messages(Entries=entries)


def take_back(desk: FragileDesk) -> list[Event]:
    """Change the new desk and roll it back; return the events that never were."""
    with psycopg.connect(desk.places.database_url) as connection:
        claims = json.dumps(desk.claims("customer"))
        connection.execute(
            "select set_config('role', 'authenticated', true),"
            " set_config('request.jwt.claims', %s, true)",
            [claims],
        )
        connection.execute("select api.create_ticket('Never', 'It never was.')")
        rows = connection.execute(
            "select to_jsonb(events) from public.ticket_events as events"
            " where actor_id = %s",
            [id_of("customer")],
        ).fetchall()
        connection.rollback()
    assert rows
    return [event for (event,) in rows]
