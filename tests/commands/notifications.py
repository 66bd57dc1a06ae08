"""Notifications in the app, and who gets which."""

from uuid import uuid4

from tests.database.acting import Json
from tests.database.personas import id_of

from .expectations import (
    ANYBODY,
    Case,
    Command,
    Replay,
    Route,
    on_queue,
    reading,
    unrelated,
)
from .replays import TEAM
from .template import command
from .values import BOOLEAN, KEY, NOBODY, QUEUE

COMMANDS = {
    "list_notifications": Command(Case(ANYBODY)),
    "mark_notifications_read": Command(
        Case(ANYBODY, lambda _: {"ids": [id_of("unknown")]}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/notifications/read",
            lambda w: {"ids": [NOBODY]},
            {"ids": [["nope"], [None]], "up_to": ["nope"], "idempotency_key": KEY},
        ),
        replays=(Replay(TEAM, lambda *_: {"ids": [uuid4()]}),),
    ),
    "get_notification_preferences": Command(Case(ANYBODY)),
    "set_notification_preferences": Command(
        Case(
            ANYBODY,
            lambda _: {
                "preferences": Json(
                    [{"type": "TICKET_CREATED", "in_app": True, "email": True}]
                )
            },
        ),
        step=unrelated,
        both_ways=Route(
            "PUT /v1/notification-preferences",
            lambda w: {"preferences": []},
            {
                "preferences": [
                    {}, [{}], [1], ["TICKET_CREATED"],
                    *([{"type": kind, "in_app": True, "email": True}]
                      for kind in ("TICKET_EATEN", None, 7)),
                    [{"type": "TICKET_CREATED", "in_app": "yes", "email": True}],
                    [{"type": "TICKET_CREATED", "in_app": True}],
                    [{"type": "TICKET_CREATED", "in_app": True, "email": True}] * 2,
                ],
            },
            lambda arguments: {"items": arguments["preferences"]},
        ),
    ),
    "get_queue_notifications": Command(Case(reading(), on_queue)),
    "set_queue_notifications": Command(
        Case(reading(), lambda w: {"queue": w.queue, "in_app": True, "email": False}),
        step=unrelated,
        both_ways=Route(
            "PUT /v1/queues/{queue}/notifications",
            lambda w: {"queue": "support", "in_app": True, "email": False},
            {"queue": QUEUE, "in_app": [None, *BOOLEAN], "email": [None, *BOOLEAN]},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "ManageNotifications": command(),
}
