"""Queues, their pages, status and members."""

from uuid import uuid4

from tests.database.acting import ActingConnection

from .expectations import (
    ANYBODY,
    LEADING,
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    on_queue,
    reading,
    step_person,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import WARM, command, query
from .values import (
    BOOLEAN,
    BROKEN,
    ENUM,
    ID,
    KEY,
    MINUTES,
    NAME,
    NOBODY,
    QUEUE,
    VERSION,
    of,
)


def _queue(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    return {"key": f"of-{who}", "name": "Another"}


COMMANDS = {
    "list_queues": Command(Case(ANYBODY)),
    "get_queue": Command(Case(reading(), on_queue)),
    "list_queue": Command(Case(reading(), on_queue)),
    "get_queue_status": Command(Case(reading(), on_queue)),
    "create_queue": Command(
        Case(any_of("queues.manage"), lambda _: {"key": "q1", "name": "Q"}),
        step=lambda v: {"key": "another", "name": "Another"},
        both_ways=Route(
            "POST /v1/queues",
            lambda w: {"key": f"q{uuid4().hex[:12]}", "name": "Two ways"},
            {
                "key": [None, "", "No!", "1a", "x" * 41, "a\n", "a" + NOBODY[1:]],
                "name": NAME, "strategy": ["", "nope", "\0"], "default_priority": ENUM,
                "released_after_minutes": MINUTES,
                "remind_after_hours": MINUTES, "close_after_hours": MINUTES,
                "description": [*BROKEN, "x" * 501],
                "open_to_customers": [None, *BOOLEAN],
                "customers_set_priority": [None, *BOOLEAN], "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                ADMINS, _queue,
                {"queues.manage": lose_permission("queues.manage")},
            ),
        ),
    ),
    "change_queue": Command(
        {
            "change how a queue assigns": Case(
                LEADING,
                lambda w: {"queue": w.queue, "changes": {"strategy": "round_robin"}},
            ),
            "rename a queue": Case(
                any_of("queues.manage"),
                lambda w: {"queue": w.queue, "changes": {"name": "Other"}},
                unseen="PT403",
            ),
            "open a queue to customers": Case(
                any_of("queues.manage"),
                lambda w: {"queue": w.queue, "changes": {"open_to_customers": True}},
                unseen="PT403",
            ),
            "keep the priority from customers": Case(
                LEADING,
                lambda w: {
                    "queue": w.queue, "changes": {"customers_set_priority": False},
                },
            ),
        },
        step=lambda v: {
            "queue": v["queue"],
            "changes": {"archived": v["yes"], "strategy": "round_robin"},
        },
        both_ways=Route(
            "PATCH /v1/queues/{queue}",
            lambda w: {"queue": "support", "changes": {"strategy": "manual"}},
            {
                "queue": QUEUE,
                "changes": [
                    [], {"key": "other"}, *of("name", [*NAME, 7]),
                    *of("archived", BOOLEAN),
                    *of("strategy", ["", "nope", 7]), *of("default_priority", ENUM),
                    *of("released_after_minutes", MINUTES),
                    *of("remind_after_hours", MINUTES),
                    *of("close_after_hours", MINUTES),
                    *of("description", [*BROKEN, None, 7, "x" * 501]),
                    *of("open_to_customers", [*BOOLEAN, None]),
                    *of("customers_set_priority", [*BOOLEAN, None]),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "list_assignable": Command(Case(reading(), on_queue)),
    "list_queue_members": Command(Case(reading(), on_queue)),
    "add_queue_member": Command(
        Case(LEADING, lambda w: {"queue": w.queue, "person": w.person}),
        step=lambda v: {"queue": v["queue"], **step_person(v)},
        both_ways=Route(
            "PUT /v1/queues/{queue}/members/{person}",
            lambda w: {"queue": "support", "person": w.agent},
            {"queue": QUEUE, "person": [*ID, NOBODY]},
        ),
    ),
    "remove_queue_member": Command(
        Case(LEADING, lambda w: {"queue": w.queue, "person": w.member}),
        step=lambda v: {"queue": v["queue"], **step_person(v)},
        both_ways=Route(
            "DELETE /v1/queues/{queue}/members/{person}",
            lambda w: {"queue": "support", "person": NOBODY},
            {"queue": QUEUE, "person": [*ID, NOBODY]},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "ListQueues": query(),
    "ListQueue": query(**WARM),
    "GetQueueStatus": query(),
    "ManageQueues": command(),
}
