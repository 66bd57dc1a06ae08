"""What each command and query needs, at the least.

A case is a call that succeeds for whoever has one of the sets of permissions, and is
refused to everybody who has none of them, whatever else they may do. The caller is a
member of queue support without any other role.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from .acting import ActingConnection, Json
from .bulk import run_all, start
from .personas import id_of
from .webhooks import create_deliveries, create_webhook

CALLER = "caller"
READ = ("tickets.read", "tickets.read_all")
Sets = tuple[frozenset[str], ...]


class World(NamedTuple):
    """What the calls are about, in a seeded database."""

    ticket: str
    theirs: str  # a ticket that is assigned to neighbour
    mine: str  # a ticket that is assigned to the caller
    queue: str
    person: str
    member: str
    view: str
    team_view: str
    everyones_view: str
    bulk_update: str
    webhook: str
    delivery: str
    event: str


class Case(NamedTuple):
    """A call, and the sets of permissions of which each is enough for it.

    Attributes:
        call: a function of `api`.
        enough: each the least that is needed; an empty set is anybody's.
        arguments: of the call.
        unseen: the code for those who may not read the queue at all.
        refused: the code for everybody else.
    """

    call: str
    enough: Sets
    arguments: Callable[[World], Mapping[str, Any]] = lambda _: {}
    unseen: str = "PT404"
    refused: str = "PT403"


def any_of(*permissions: str) -> Sets:
    return tuple(frozenset({each}) for each in permissions)


def reading(*permissions: str) -> Sets:
    return tuple(frozenset({each, *permissions}) for each in READ)


ANYBODY: Sets = (frozenset(),)
LEADING = (*any_of("queues.manage"), *reading("queues.lead"))
WEBHOOKS = any_of("webhooks.manage")
ROLES = any_of("roles.manage")


def on_ticket(**more: Any) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {"ticket": world.ticket, **more}


def on_webhook(**more: Any) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {"webhook": world.webhook, **more}


CASES: Mapping[str, Case] = {
    "reply": Case("add_comment", reading(), on_ticket(body="B")),
    "note": Case(
        "add_comment",
        reading("tickets.note"),
        on_ticket(body="B", visibility="internal"),
    ),
    "add a member": Case(
        "add_queue_member", LEADING, lambda w: {"queue": w.queue, "person": w.person}
    ),
    "remove a member": Case(
        "remove_queue_member", LEADING, lambda w: {"queue": w.queue, "person": w.member}
    ),
    "take": Case("assign_ticket", reading("tickets.take"), on_ticket(assignee="me")),
    "give": Case(
        "assign_ticket",
        reading("tickets.assign"),
        lambda w: {"ticket": w.ticket, "assignee": w.member},
    ),
    "hand on another's": Case(
        "assign_ticket",
        reading("tickets.assign"),
        lambda w: {"ticket": w.theirs, "assignee": str(id_of("agent"))},
    ),
    "hand on one's own": Case(
        "assign_ticket",
        reading("tickets.take"),
        lambda w: {"ticket": w.mine, "assignee": w.member},
    ),
    "release another's": Case(
        "release_ticket", reading("tickets.assign"), lambda w: {"ticket": w.theirs}
    ),
    "release one's own": Case(
        "release_ticket", reading("tickets.take"), lambda w: {"ticket": w.mine}
    ),
    "bulk status": Case(
        "bulk_update",
        any_of("tickets.status"),
        lambda w: {"tickets": [w.ticket], "change": {"status": "open"}},
    ),
    "bulk assignee": Case(
        "bulk_update",
        any_of("tickets.take", "tickets.assign"),
        lambda w: {"tickets": [w.ticket], "change": {"assignee": "me"}},
    ),
    "bulk fields": Case(
        "bulk_update",
        any_of("tickets.update"),
        lambda w: {"tickets": [w.ticket], "change": {"queue": "billing"}},
    ),
    "change an agent": Case(
        "change_agent",
        any_of("queues.manage", "queues.lead"),
        lambda w: {"agent": w.member, "changes": {"capacity": 3}},
    ),
    "change how a queue assigns": Case(
        "change_queue",
        LEADING,
        lambda w: {"queue": w.queue, "changes": {"strategy": "round_robin"}},
    ),
    "rename a queue": Case(
        "change_queue",
        any_of("queues.manage"),
        lambda w: {"queue": w.queue, "changes": {"name": "Other"}},
        unseen="PT403",
    ),
    "change a view": Case(
        "change_view",
        reading(),
        lambda w: {"view": w.view, "changes": {"name": "V"}},
        unseen="PT403",
    ),
    "change a team's view": Case(
        "change_view",
        reading("views.share_team"),
        lambda w: {"view": w.team_view, "changes": {"name": "V"}},
    ),
    "change everyone's view": Case(
        "change_view",
        reading("views.share_all"),
        lambda w: {"view": w.everyones_view, "changes": {"name": "V"}},
    ),
    "delete a view": Case(
        "delete_view", reading(), lambda w: {"view": w.view}, unseen="PT403"
    ),
    "create a view": Case(
        "create_view", reading(), lambda _: {"name": "V"}, unseen="PT403"
    ),
    "create a team's view": Case(
        "create_view",
        reading("views.share_team"),
        lambda w: {"name": "V", "scope": "team", "queue": w.queue},
        unseen="PT403",
    ),
    "create everyone's view": Case(
        "create_view",
        reading("views.share_all"),
        lambda _: {"name": "V", "scope": "everyone"},
        unseen="PT403",
    ),
    "list_view": Case("list_view", reading(), lambda w: {"view": w.everyones_view}),
    "list_views": Case("list_views", ANYBODY),
    "claim": Case(
        "claim_next_ticket", reading("tickets.take"), lambda w: {"queue": w.queue}
    ),
    "create_queue": Case(
        "create_queue", any_of("queues.manage"), lambda _: {"key": "q1", "name": "Q"}
    ),
    "create_ticket": Case(
        "create_ticket",
        any_of("tickets.create"),
        lambda _: {"subject": "S", "body": "B"},
    ),
    "define_role": Case(
        "define_role", ROLES, lambda _: {"role": "r1", "name": "N", "permissions": []}
    ),
    "grant_role": Case(
        "grant_role", ROLES, lambda w: {"person": w.person, "role": "nothing"}
    ),
    "revoke_role": Case(
        "revoke_role", ROLES, lambda w: {"person": w.person, "role": "nothing"}
    ),
    "delete_role": Case("delete_role", ROLES, lambda _: {"role": "nothing"}),
    "list_roles": Case("list_roles", ANYBODY),
    "list_permissions": Case("list_permissions", ANYBODY),
    "get_settings": Case("get_settings", ANYBODY),
    "change_settings": Case(
        "change_settings",
        any_of("settings.manage"),
        lambda _: {"changes": {"email_delay": 60}},
    ),
    "list_statuses": Case("list_statuses", ANYBODY),
    "create_status": Case(
        "create_status",
        any_of("statuses.manage"),
        lambda _: {
            "status": "parts",
            "category": "on_hold",
            "agent_label": "Parts",
            "customer_label": "Parts",
        },
    ),
    "change_status": Case(
        "change_status",
        any_of("statuses.manage"),
        lambda _: {"status": "open", "changes": {"position": 7}},
    ),
    "list_audit": Case("list_audit", any_of("audit.read")),
    "explain_access": Case("explain_access", reading("people.read"), on_ticket()),
    "list_people": Case("list_people", any_of("people.read")),
    "see an agent": Case(
        "get_agent", any_of("people.read"), lambda w: {"agent": w.member}
    ),
    "see oneself as an agent": Case(
        "get_agent", any_of("tickets.take"), lambda _: {"agent": "me"}, refused="PT404"
    ),
    "set one's availability": Case(
        "set_availability",
        any_of("tickets.take"),
        lambda _: {"agent": "me", "availability": "available"},
    ),
    "set another's availability": Case(
        "set_availability",
        any_of("queues.manage", "queues.lead"),
        lambda w: {"agent": w.member, "availability": "away"},
    ),
    "get_bulk_update": Case(
        "get_bulk_update", ANYBODY, lambda w: {"bulk_update": w.bulk_update}
    ),
    "list_bulk_items": Case(
        "list_bulk_items", ANYBODY, lambda w: {"bulk_update": w.bulk_update}
    ),
    "list_bulk_updates": Case("list_bulk_updates", ANYBODY),
    "undo_bulk_update": Case(
        "undo_bulk_update", ANYBODY, lambda w: {"bulk_update": w.bulk_update}
    ),
    "get_notification_preferences": Case("get_notification_preferences", ANYBODY),
    "set_notification_preferences": Case(
        "set_notification_preferences",
        ANYBODY,
        lambda _: {
            "preferences": Json(
                [{"type": "TICKET_CREATED", "in_app": True, "email": True}]
            )
        },
    ),
    "list_notifications": Case("list_notifications", ANYBODY),
    "mark_notifications_read": Case(
        "mark_notifications_read", ANYBODY, lambda _: {"ids": [id_of("unknown")]}
    ),
    "get_queue_notifications": Case(
        "get_queue_notifications", reading(), lambda w: {"queue": w.queue}
    ),
    "set_queue_notifications": Case(
        "set_queue_notifications",
        reading(),
        lambda w: {"queue": w.queue, "in_app": True, "email": False},
    ),
    "list one's topics": Case("list_topics", ANYBODY),
    "list the topics of a ticket": Case("list_topics", reading(), on_ticket()),
    "list_events": Case("list_events", ANYBODY),
    "list_my_tickets": Case("list_my_tickets", ANYBODY),
    "list_queues": Case("list_queues", ANYBODY),
    "whoami": Case("whoami", ANYBODY),
    "health": Case("health", ANYBODY),
    "get_queue_status": Case(
        "get_queue_status", reading(), lambda w: {"queue": w.queue}
    ),
    "list_queue": Case("list_queue", reading(), lambda w: {"queue": w.queue}),
    "list_queue_members": Case(
        "list_queue_members", reading(), lambda w: {"queue": w.queue}
    ),
    "get_reply_lease": Case("get_reply_lease", reading("tickets.reply"), on_ticket()),
    "lease_reply": Case("lease_reply", reading("tickets.reply"), on_ticket()),
    "release_reply": Case("release_reply", reading("tickets.reply"), on_ticket()),
    "get_ticket": Case("get_ticket", reading(), on_ticket()),
    "list_comments": Case("list_comments", reading(), on_ticket()),
    "list_ticket_events": Case("list_ticket_events", reading(), on_ticket()),
    "mark_ticket_read": Case("mark_ticket_read", reading(), on_ticket()),
    "redact_comment": Case(
        "redact_comment", reading("comments.redact"), on_ticket(comment="1")
    ),
    "redact_ticket": Case(
        "redact_ticket", reading("comments.redact"), on_ticket(redacted_text="broken")
    ),
    "update_ticket": Case(
        "update_ticket",
        reading("tickets.update"),
        on_ticket(changes={"queue": "billing"}),
    ),
    "update_ticket_status": Case(
        "update_ticket_status", reading("tickets.status"), on_ticket(status="open")
    ),
    "list_dead_letters": Case("list_dead_letters", any_of("events.manage")),
    "retry_dead_letter": Case(
        "retry_dead_letter", any_of("events.manage"), lambda w: {"event": w.event}
    ),
    "create_webhook": Case(
        "create_webhook", WEBHOOKS, lambda _: {"url": "https://hooks.example.com/b"}
    ),
    "list_webhooks": Case("list_webhooks", WEBHOOKS),
    "get_webhook": Case("get_webhook", WEBHOOKS, on_webhook()),
    "change_webhook": Case(
        "change_webhook", WEBHOOKS, on_webhook(changes={"description": "D"})
    ),
    "delete_webhook": Case("delete_webhook", WEBHOOKS, on_webhook()),
    "rotate_webhook_secret": Case("rotate_webhook_secret", WEBHOOKS, on_webhook()),
    "list_webhook_deliveries": Case("list_webhook_deliveries", WEBHOOKS, on_webhook()),
    "list_webhook_attempts": Case(
        "list_webhook_attempts",
        WEBHOOKS,
        lambda w: {"webhook": w.webhook, "delivery": w.delivery},
    ),
    "ping_webhook": Case("ping_webhook", WEBHOOKS, on_webhook()),
    "replay_webhook_delivery": Case(
        "replay_webhook_delivery",
        WEBHOOKS,
        lambda w: {"webhook": w.webhook, "delivery": w.delivery},
    ),
    "replay_webhook_events": Case(
        "replay_webhook_events",
        WEBHOOKS,
        lambda w: {
            "webhook": w.webhook,
            "since": datetime.now(UTC) - timedelta(days=1),
        },
    ),
}
VIEW = """
insert into public.views (scope, owner_id, queue_id, name) values (%s, %s, %s, 'Mine')
returning id::text
"""


def build_world(db: ActingConnection) -> World:
    """Make one of everything that the cases name; the caller has no role yet."""
    ids = {name: id_of(name) for name in (CALLER, "support")}
    hook = create_webhook(db)
    tickets = [db.create_ticket() for _ in range(3)]
    [event, *_] = db.events(tickets[0])
    create_deliveries(db, event)
    db.assign(tickets[1], "neighbour")
    db.execute("insert into public.roles (role, name) values ('nothing', 'Nothing')")
    views = [
        db.scalar(VIEW, *view)
        for view in (
            ("mine", ids[CALLER], None),
            ("team", None, ids["support"]),
            ("everyone", None, None),
        )
    ]
    db.execute(
        "insert into public.person_roles (person_id, role) values (%s, 'agent')",
        ids[CALLER],
    )
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        ids["support"],
        ids[CALLER],
    )
    db.call(CALLER, "set_availability", agent="me", availability="available")
    job = start(db, [tickets[0]], CALLER, priority="low")
    run_all(db)
    db.execute(
        "update private.outbox set dead_lettered_at = now() where event_id = %s",
        event["id"],
    )
    return World(
        *(str(each["number"]) for each in tickets),
        "support",
        str(id_of("biller")),
        str(id_of("neighbour")),
        *views,
        job["id"],
        hook["id"],
        db.scalar("select id::text from private.webhook_deliveries limit 1"),
        event["id"],
    )
