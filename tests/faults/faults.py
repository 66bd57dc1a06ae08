"""The faults, one a function; each returns with everything running again."""

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
where leased_until > now() and description = '/unreliable'
"""
EVENTS = "select private.event_json(events, true) from public.ticket_events as events"


def kill_webhook_worker(desk: FragileDesk) -> None:
    """pg_net sends nothing of its queue; what was being sent is sent again."""
    desk.kill("webhooks")
    desk.start("webhooks")


def kill_database(desk: FragileDesk) -> None:
    """Every response under way is lost, and with it the queue of pg_net."""
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
    """A worker dies before it gets the response to a reaction that is stored."""
    with psycopg.connect(desk.deployment.database_url) as connection:
        connection.execute("lock table private.reactions in share mode")
        desk.eventually(lambda: desk.rows(BLOCKED))
        desk.eventually(lambda: desk.kill_environments("ProcessEventsFunction"))


def kill_webhook_delivery(desk: FragileDesk) -> None:
    """The deliveries that it was sending stay leased to a dead worker."""
    desk.eventually(lambda: desk.rows(SENDING))
    desk.kill_environments("DeliverWebhooksFunction")


def kill_dispatcher(desk: FragileDesk) -> None:
    """The dispatcher dies with the job messages that it was reading."""
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
    kill_webhook_delivery,
    kill_dispatcher,
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


def roll_back_changes(desk: FragileDesk) -> list[Event]:
    """Change tickets, roll back, and return the events that were never committed."""
    with psycopg.connect(desk.deployment.database_url) as connection:
        connection.execute(*desk.settings_of("customer"))
        connection.execute("select api.create_ticket('Never', 'It never was.')")
        rows = connection.execute(
            "select to_jsonb(events) from public.ticket_events as events"
            " where actor_id = %s",
            [id_of("customer")],
        ).fetchall()
        connection.rollback()
    assert rows
    return [event for (event,) in rows]
