"""Events, topics and dead letters."""

from tests.database.acting import WORKER, ActingConnection

from .expectations import (
    ANYBODY,
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    on_ticket,
    reading,
    unrelated,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import command, query
from .values import ID, KEY, NOBODY


def _dead_letter(db: ActingConnection, _: str) -> Arguments:
    add_second_admin(db)
    event = db.events(db.create_ticket())[0]["id"]
    db.call(WORKER, "fail_event", event=event, error="no", max_attempts=1)
    return {"event": event}


COMMANDS = {
    "health": Command(Case(ANYBODY), callers="anon authenticated service_role"),
    "list_events": Command(Case(ANYBODY)),
    "list_ticket_events": Command(Case(reading(), on_ticket())),
    "list_topics": Command(
        {
            "list one's topics": Case(ANYBODY),
            "list the topics of a ticket": Case(reading(), on_ticket()),
        },
    ),
    "list_dead_letters": Command(Case(any_of("events.manage"))),
    "retry_dead_letter": Command(
        Case(any_of("events.manage"), lambda w: {"event": w.event}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/dead-letters/{event}/retry",
            lambda w: {"event": NOBODY},
            {"event": [*ID, NOBODY], "idempotency_key": KEY},
        ),
        replays=(
            Replay(
                ADMINS, _dead_letter,
                {"events.manage": lose_permission("events.manage")},
            ),
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "Health": query(),
    "ListEvents": query(),
    "ListTicketEvents": query(),
    "ListTopics": query(),
    "ManageDeadLetters": command(),
}
