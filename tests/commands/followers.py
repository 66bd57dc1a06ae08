"""Followers of tickets."""

from tests.database.acting import ActingConnection

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    on_ticket,
    reading,
    unrelated,
)
from .replays import MOVED_AWAY, OUT_OF_THE_QUEUE, TEAM, lose_permission
from .template import command
from .values import ID, KEY, NOBODY, REF

FOLLOWER = "/v1/tickets/{ticket}/followers/{person}"


def _supplier(db: ActingConnection, _: str) -> Arguments:
    return {"ticket": db.create_ticket()["id"], "email": "stranger@example.com"}


COMMANDS = {
    "list_followers": Command(Case(reading(), on_ticket())),
    "add_follower": Command(
        {
            "follow": Case(reading(), on_ticket(person="me")),
            "let another follow": Case(
                reading("tickets.reply"),
                lambda w: {"ticket": w.ticket, "person": w.person},
            ),
        },
        step=unrelated,
        both_ways=Route(
            "PUT " + FOLLOWER,
            lambda w: {"ticket": w.ticket, "person": w.agent},
            {"ticket": REF, "person": [*ID, NOBODY]},
            lambda arguments: {},
        ),
    ),
    "add_follower_by_email": Command(
        Case(reading("tickets.reply"), on_ticket(email="parts@supplier.example")),
        step=unrelated,
        both_ways=Route(
            "POST /v1/tickets/{ticket}/followers",
            lambda w: {"ticket": w.ticket, "email": "parts@supplier.example"},
            {
                "ticket": REF,
                "email": [None, "", "parts", "@", "a@b@c", f"{'a' * 250}@b.example"],
                "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                TEAM,
                _supplier,
                {
                    "left the queue": OUT_OF_THE_QUEUE,
                    "moved away": MOVED_AWAY,
                    "tickets.reply": lose_permission("tickets.reply"),
                },
            ),
        ),
    ),
    "remove_follower": Command(
        {
            "follow no more": Case(reading(), on_ticket(person="me")),
            "end that another follows": Case(
                reading("tickets.reply"),
                lambda w: {"ticket": w.ticket, "person": w.person},
            ),
        },
        step=unrelated,
        both_ways=Route(
            "DELETE " + FOLLOWER,
            lambda w: {"ticket": w.ticket, "person": w.agent},
            {"ticket": REF, "person": [*ID, NOBODY]},
        ),
    ),
}
FUNCTIONS = {"ManageFollowers": command()}
