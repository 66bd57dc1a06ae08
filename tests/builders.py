"""Rows as PostgREST returns them, ready made; a test names only what it is about."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.core.events import parse_event
from shared.tickets import TicketDraft

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
QUEUE = UUID("0a8b1a50-5b8f-4f1e-9d42-1f3f3a5c7d01")
ME = UUID("5b0d2f0e-3a86-4c1c-8f0e-6b1f8f3c2a02")
SOMEBODY = UUID("7c9e6679-7425-40de-944b-e07fc1f90a03")


def ticket_row(**given):
    row = {
        "id": str(uuid4()),
        "number": 1042,
        "subject": "The invoice shows the wrong address",
        "type": "question",
        "priority": "normal",
        "status": "new",
        "status_category": "new",
        "status_reason": None,
        "waiting_on": "agent",
        "waiting_since": NOW.isoformat(),
        "queue_id": str(QUEUE),
        "requester_id": str(ME),
        "requester": {"name": "Ida"},
        "organization_id": None,
        "assignee_id": None,
        "assignee": None,
        "follow_up_of": None,
        "tags": [],
        "skills": [],
        "data": {},
        "version": 1,
        "created_at": NOW.isoformat(),
        "updated_at": NOW.isoformat(),
        "solved_at": None,
        "closed_at": None,
    }
    return row | given


def draft(**given) -> TicketDraft:
    fields = {"subject": "A question", "body": "How does it work?"}
    return TicketDraft.model_validate(fields | given)


def page(*items, following=None):
    """A page of a list as the database answers it."""
    return {"items": items, "next": following}


def comment_row(**given):
    row = {
        "id": str(uuid4()),
        "ticket_id": str(uuid4()),
        "position": 1,
        "author_id": str(ME),
        "author": {"name": "Ida"},
        "by_staff": False,
        "visibility": "public",
        "body": "It still names our old office.",
        "created_at": NOW.isoformat(),
    }
    return row | given


STATUSES = {
    "before": {"status": "new", "category": "new"},
    "after": {"status": "open", "category": "open", "reason": None},
}
FOLLOWER = {
    "person_id": str(SOMEBODY),
    "person_name": "Sam",
    "sees_by_following": True,
}
FACTS = {
    "TICKET_CREATED": {
        "before": None,
        "after": {
            "number": 1042,
            "subject": "The invoice shows the wrong address",
            "type": "question",
            "priority": "normal",
            "status": "new",
            "queue_id": str(QUEUE),
            "requester_id": str(ME),
            "requester_name": "Ida",
            "follow_up_of": None,
            "tags": [],
            "skills": [],
            "data": {},
        },
    },
    "TICKET_STATUS_CHANGED": STATUSES,
    "TICKET_ASSIGNED": {
        "before": {"assignee_id": None, "assignee_name": None},
        "after": {"assignee_id": str(ME), "assignee_name": "Ida", "by": None},
    },
    "TICKET_UPDATED": {
        "before": {"priority": "normal"},
        "after": {"priority": "high"},
    },
    "TICKET_REPLY_TAKEN_OVER": {
        "before": {"person_id": str(SOMEBODY), "person_name": "Sam"},
        "after": {"person_id": str(ME), "person_name": "Ida"},
    },
    "TICKET_REDACTED": {"before": None, "after": {"places": 2}},
    "TICKET_COMMENT_REDACTED": {
        "before": None,
        "after": {
            "comment_id": str(SOMEBODY),
            "position": 2,
            "author_id": str(ME),
            "author_name": "Ida",
            "by_staff": False,
            "visibility": "public",
        },
    },
    "TICKET_FOLLOWED_UP": {
        "before": None,
        "after": {
            "ticket_id": str(SOMEBODY),
            "number": 1043,
        },
    },
    "TICKET_FOLLOWER_ADDED": {"before": None, "after": FOLLOWER},
    "TICKET_FOLLOWER_REMOVED": {"before": FOLLOWER, "after": None},
    "TICKET_MENTIONED": {
        "before": None,
        "after": {
            "comment_id": str(SOMEBODY),
            "position": 2,
            "author_id": str(ME),
            "author_name": "Ida",
            "people": [str(SOMEBODY)],
            "queues": [],
        },
    },
    "TICKET_COMMENTED": {
        "before": None,
        "after": {
            "comment_id": str(uuid4()),
            "position": 2,
            "author_id": str(ME),
            "author_name": "Ida",
            "by_staff": False,
            "visibility": "public",
        },
    },
}


def event_row(kind="TICKET_STATUS_CHANGED", **given):
    """An event in its one form; see `private.event_json`."""
    row = {
        "id": str(uuid4()),
        "ticket_id": str(uuid4()),
        "number": 1042,
        "seq": 1,
        "version": 1,
        "type": kind,
        "actor_id": str(ME),
        "actor_name": "Ida",
        "actor_kind": "human",
        "is_internal": False,
        "occurred_at": "2026-11-23T09:00:00Z",
        "batch_id": None,
        "correlation_id": None,
    }
    facts = FACTS.get(kind, STATUSES)
    if kind != "TICKET_UPDATED":  # which alone leaves fields out
        for name in {"before", "after"} & set(given):
            given[name] = given[name] and {**(facts[name] or {}), **given[name]}
    return row | facts | given


def event(kind="TICKET_STATUS_CHANGED", **given):
    return parse_event(event_row(kind, **given))


def person_row(**given):
    row = {
        "id": str(uuid4()),
        "name": "Ida",
        "email": "ida@example.com",
        "organization_id": None,
        "roles": ["customer"],
    }
    return row | given


def role_row(**given):
    row = {
        "role": "admin",
        "name": "Administrator",
        "built_in": True,
        "permissions": ["roles.manage", "tickets.assign"],
        "version": 1,
    }
    return row | given


def queue_row(**given):
    categories = ("new", "open", "pending", "on_hold", "solved", "closed")
    row = {
        "id": str(QUEUE),
        "key": "support",
        "name": "Support",
        "description": "",
        "is_default": True,
        "open_to_customers": True,
        "customers_set_priority": True,
        "version": 1,
        "strategy": "manual",
        "default_priority": None,
        "released_after_minutes": None,
        "counts": dict.fromkeys(categories, 0),
    }
    return row | given
