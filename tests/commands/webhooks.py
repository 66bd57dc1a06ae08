"""Outbound webhooks and their deliveries."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.database.acting import ActingConnection
from tests.database.webhooks import URL, create_event, create_webhook, deliveries

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    World,
    any_of,
    unrelated,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import INSIDE, command, query
from .values import BOOLEAN, BROKEN, ID, KEY, NOBODY, of

WEBHOOK = "/v1/webhooks/{webhook}"
WEBHOOKS = any_of("webhooks.manage")
MANAGES_WEBHOOKS = {"webhooks.manage": lose_permission("webhooks.manage")}


def _webhook_draft(db: ActingConnection, _: str) -> Arguments:
    add_second_admin(db)
    return {"url": URL}


def _webhook(db: ActingConnection, _: str) -> Arguments:
    add_second_admin(db)
    return {"webhook": create_webhook(db)["id"]}


def _delivery(db: ActingConnection, who: str) -> Arguments:
    hook = _webhook(db, who)
    create_event(db)
    [delivery, *_] = deliveries(db, {"id": hook["webhook"]})
    return {**hook, "delivery": delivery["id"]}


def _events(db: ActingConnection, who: str) -> Arguments:
    db.create_ticket()
    return _webhook(db, who) | {
        "since": db.scalar("select now() - interval '1 day'"),
        "until": db.scalar("select now() + interval '1 day'"),
    }


def on_webhook(**more: Any) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {"webhook": world.webhook, **more}


def on_delivery(world: World) -> Mapping[str, Any]:
    return {"webhook": world.webhook, "delivery": world.delivery}


COMMANDS = {
    "list_webhooks": Command(Case(WEBHOOKS)),
    "get_webhook": Command(Case(WEBHOOKS, on_webhook())),
    "create_webhook": Command(
        Case(WEBHOOKS, lambda _: {"url": "https://hooks.example.com/b"}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/webhooks",
            lambda w: {"url": "https://hooks.example.com/two-ways"},
            {
                "url": [None, "", "ftp://a", "http://a.example", "https://a b", "\0",
                        "https://a.example/" + "x" * 2_000],
                "description": [*BROKEN, "x" * 201],
                "event_types": [[], ["TICKET_EATEN"], [None], ["TICKET_CREATED"] * 51],
                "include_internal": BOOLEAN, "idempotency_key": KEY,
            },
        ),
        replays=(Replay(ADMINS, _webhook_draft, MANAGES_WEBHOOKS),),
    ),
    "change_webhook": Command(
        Case(WEBHOOKS, on_webhook(changes={"description": "D"})),
        step=unrelated,
        both_ways=Route(
            "PATCH " + WEBHOOK,
            lambda w: {"webhook": w.webhook, "changes": {"description": ""}},
            {
                "webhook": [*ID, NOBODY],
                "changes": [
                    [], {"secret": "s"}, *of("url", ["", "ftp://a", None, 7]),
                    *of("description", [*BROKEN, "x" * 201, None, 7]),
                    *of("event_types", [[], ["TICKET_EATEN"], "TICKET_CREATED", [7]]),
                    *of("include_internal", [*BOOLEAN, None]), *of("paused", BOOLEAN),
                    *of("enabled", [*BOOLEAN, False]),
                ],
            },
        ),
    ),
    "delete_webhook": Command(
        Case(WEBHOOKS, on_webhook()),
        step=unrelated,
        both_ways=Route(
            "DELETE " + WEBHOOK, lambda w: {"webhook": NOBODY},
            {"webhook": [*ID, NOBODY]},
        ),
    ),
    "rotate_webhook_secret": Command(
        Case(WEBHOOKS, on_webhook()),
        step=unrelated,
        both_ways=Route(
            f"POST {WEBHOOK}/secret",
            lambda w: {"webhook": w.webhook},
            {"webhook": [*ID, NOBODY], "idempotency_key": KEY},
        ),
        replays=(Replay(ADMINS, _webhook, MANAGES_WEBHOOKS),),
    ),
    "ping_webhook": Command(
        Case(WEBHOOKS, on_webhook()),
        step=unrelated,
        both_ways=Route(
            f"POST {WEBHOOK}/ping",
            lambda w: {"webhook": w.webhook},
            {"webhook": [*ID, NOBODY], "idempotency_key": KEY},
        ),
        replays=(Replay(ADMINS, _webhook, MANAGES_WEBHOOKS),),
    ),
    "list_webhook_deliveries": Command(Case(WEBHOOKS, on_webhook())),
    "list_webhook_attempts": Command(Case(WEBHOOKS, on_delivery)),
    "replay_webhook_delivery": Command(
        Case(WEBHOOKS, on_delivery),
        step=unrelated,
        both_ways=Route(
            f"POST {WEBHOOK}/deliveries/{{delivery}}/replay",
            lambda w: {"webhook": w.webhook, "delivery": NOBODY},
            {"webhook": [*ID, NOBODY], "delivery": [*ID, NOBODY],
             "idempotency_key": []},
        ),
        replays=(Replay(ADMINS, _delivery, MANAGES_WEBHOOKS),),
    ),
    "replay_webhook_events": Command(
        Case(
            WEBHOOKS,
            lambda w: {
                "webhook": w.webhook,
                "since": datetime.now(UTC) - timedelta(days=1),
            },
        ),
        step=unrelated,
        both_ways=Route(
            f"POST {WEBHOOK}/replay",
            lambda w: {"webhook": w.webhook, "since": "2026-11-23T09:00:00Z"},
            {"webhook": [*ID, NOBODY], "since": ["soon", None],
             "until": ["soon", "2026-11-23T08:59:59Z", "2027-01-01T00:00:00Z"],
             "delivered_too": BOOLEAN, "idempotency_key": KEY},
        ),
        replays=(Replay(ADMINS, _events, MANAGES_WEBHOOKS),),
    ),
}  # fmt: skip
FUNCTIONS = {
    "ManageWebhooks": command(INSIDE),
    "TryWebhooks": command(),
    "ListDeliveries": query(),
}
