"""Of two changes at once, the second sees the first: neither is lost or half undone.

Each is proved by a fault: the function without its lock, with which the test must fail.
"""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from .acting import WORKER, Json, refused
from .arrange import broadcasts
from .personas import id_of
from .planting import Look, replant
from .webhooks import create_event, create_webhook, deliveries

pytestmark = pytest.mark.slow


def changed_twice(connect, who, command, one, other, **which):
    """Make two changes at once; return the result of the second."""
    first, second = connect(), connect()
    with first.blocking(second.call, who, command, changes=other, **which) as late:
        first.call(who, command, changes=one, **which)
    return late.result()


def a_queue_keeps_both_changes(connect):
    changed = changed_twice(
        connect,
        "admin",
        "change_queue",
        {"name": "Invoices"},
        {"released_after_minutes": 30},
        queue="billing",
    )
    assert (changed["name"], changed["released_after_minutes"]) == ("Invoices", 30)


def a_view_keeps_both_changes(connect):
    view = connect().call("agent", "create_view", name="Mine")
    changed = changed_twice(
        connect,
        "agent",
        "change_view",
        {"name": "Ours"},
        {"sort": "oldest"},
        view=view["id"],
    )
    assert (changed["name"], changed["sort"]) == ("Ours", "oldest")


def an_organization_keeps_both_changes(connect):
    changed = changed_twice(
        connect,
        "lead",
        "change_organization",
        {"name": "Silence"},
        {"domains": ["silent.example"]},
        organization=str(id_of("Silent")),
    )
    assert (changed["name"], changed["domains"]) == ("Silence", ["silent.example"])


def a_ticket_knows_where_its_requester_has_moved(connect):
    first, second = connect(), connect()
    move = "select private.move_person(%s, %s)"

    with first.blocking(second.create_ticket) as late:
        first.execute(move, id_of("customer"), id_of("Silent"))

    assert late.result()["organization_id"] == str(id_of("Silent"))


def a_webhook_keeps_the_secret_before(connect):
    first, second = connect(), connect()
    hook = create_webhook(first)
    rotate = ("admin", "rotate_webhook_secret")
    held = "select old_secret_id, secret_id from private.webhook_endpoints"

    with first.blocking(second.call, *rotate, webhook=hook["id"]) as late:
        first.call(*rotate, webhook=hook["id"])
        [(_, secret)] = first.execute(held).fetchall()
    late.result()

    [(old, new)] = first.execute(held).fetchall()
    assert isinstance(secret, UUID)
    assert (old, new != secret) == (secret, True)


def preferences_are_those_of_one_request(connect):
    first, second = connect(), connect()

    def choose(db, event_type):
        off = {"type": event_type, "in_app": False, "email": False}
        return db.rows("agent", "set_notification_preferences", preferences=Json([off]))

    with first.blocking(choose, second, "TICKET_ASSIGNED") as late:
        choose(first, "TICKET_CREATED")
    late.result()

    stored = first.execute("select type from public.notification_preferences")
    assert stored.fetchall() == [("TICKET_ASSIGNED",)]


def a_queue_is_not_archived_under_a_new_ticket(connect):
    first, second = connect(), connect()
    archive = {"queue": "billing", "changes": {"archived": True}}

    with first.blocking(second.call, "admin", "change_queue", **archive) as late:
        first.create_ticket(queue="billing")
    with refused("PT409"):
        late.result()


def a_delivery_that_succeeded_is_not_tried_again(connect):
    first, second = connect(), connect()
    hook = create_webhook(first)
    create_event(first)
    [due] = first.rows(WORKER, "claim_webhook_deliveries")
    log = {"attempted_at": "2026-11-23T09:00:00Z", "milliseconds": 1, "status": 200}
    about = {
        "delivery": due["delivery_id"],
        "attempt": due["attempt"],
        "log": log,
        "retry_seconds": 0.0,
    }

    with first.blocking(
        second.call, WORKER, "record_webhook_attempt", outcome="retry", **about
    ) as late:
        first.call(WORKER, "record_webhook_attempt", outcome="delivered", **about)
    late.result()

    assert [each["state"] for each in deliveries(first, hook)] == ["delivered"]
    endpoint = "select failing_since from private.webhook_endpoints"
    assert first.scalar(endpoint) is None


def events_are_numbered_one_after_the_other(connect):
    first, second = connect(), connect()
    ticket = first.create_ticket()
    record = "select private.record_event(%s, 'TICKET_UPDATED', '{}', '{}')"

    with first.blocking(second.execute, record, ticket["id"]) as late:
        first.execute(record, ticket["id"])
    late.result()

    assert [event["seq"] for event in first.events(ticket)] == [1, 2, 3]


def comments_are_numbered_one_after_the_other(connect):
    first, second = connect(), connect()
    ticket = first.create_ticket()
    insert = (
        "insert into public.comments (ticket_id, author_id, body)"
        " values (%s, %s, 'So.')"
    )
    values = (ticket["id"], id_of("agent"))

    with first.blocking(second.execute, insert, *values) as late:
        first.execute(insert, *values)
    late.result()

    positions = first.execute("select position from public.comments order by 1")
    assert positions.fetchall() == [(1,), (2,), (3,)]


def a_queue_status_is_broadcast_once(connect):
    first, second = connect(), connect()
    first.create_ticket()
    first.execute(
        "insert into private.queue_status_broadcasts (queue_id)"
        " select id from public.queues on conflict do nothing"
    )
    broadcast = "select private.broadcast_queue_status(%s)"

    with ThreadPoolExecutor(1) as pool, first.connection.transaction():
        first.execute("select from private.queue_status_broadcasts for no key update")
        late = pool.submit(second.execute, broadcast, id_of("support"))
        first.wait_for_blocked(1, late)
        first.execute(broadcast, id_of("support"))
    late.result()

    # To both audiences of the queue, once.
    topics = [topic for topic, *_ in broadcasts(first, "QUEUE_STATUS_CHANGED")]
    assert len(topics) == len(set(topics)) == 2


LOOKS = [
    Look(events_are_numbered_one_after_the_other, "private.record_event", "for update"),
    Look(
        comments_are_numbered_one_after_the_other,
        "private.set_comment_position",
        "for update",
    ),
    Look(
        a_queue_status_is_broadcast_once,
        "private.broadcast_queue_status",
        "for no key update",
    ),
    Look(a_queue_keeps_both_changes, "private.lock_queue", "for no key update"),
    Look(a_view_keeps_both_changes, "private.lock_view", "for update"),
    Look(an_organization_keeps_both_changes, "private.lock_organization", "for update"),
    Look(
        a_ticket_knows_where_its_requester_has_moved,
        "private.open_ticket",
        "for key share",
    ),
    Look(a_webhook_keeps_the_secret_before, "private.lock_webhook", "for update"),
    Look(
        preferences_are_those_of_one_request,
        "api.set_notification_preferences",
        "for no key update",
    ),
    Look(
        a_queue_is_not_archived_under_a_new_ticket,
        "api.change_queue",
        "where id = target.id for update",
        "where id = target.id",
    ),
    Look(
        a_delivery_that_succeeded_is_not_tried_again,
        "api.record_webhook_attempt",
        "where id = delivery for update",
        "where id = delivery",
    ),
]
NAMES = [look.test.__name__ for look in LOOKS]


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_of_two_changes_the_second_sees_the_first(connect, look):
    look.test(connect)


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_a_missing_lock_is_found(connect, look):
    replant(connect(), look.function, look.words, look.instead)

    with pytest.raises((AssertionError, pytest.fail.Exception, psycopg.Error)):
        look.test(connect)
