"""The sentences of emails: one an event class, listed in one table."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from shared.core.events import (
    TicketAssigned,
    TicketCommented,
    TicketCommentRedacted,
    TicketCreated,
    TicketEvent,
    TicketReplyTakenOver,
    TicketStatusChanged,
    TicketUpdated,
)

from .models import Email, EmailEvent

LONGEST = 4_000  # characters of one comment; the rest is read in AutoCRM


def describe(happening: EmailEvent, mail: Email) -> str:
    """Return a paragraph about one event, with the words of its comment quoted."""
    sentence = SENTENCES[type(happening.event)](happening.event, mail)
    if happening.words is None:
        return f"{sentence}."
    return f"{sentence}:\n\n{quote(happening.words)}"


def quote(words: str) -> str:
    """Mark each line as somebody's words; cut what is very long."""
    shown = words if len(words) <= LONGEST else f"{words[:LONGEST]} ..."
    return "\n".join(f"> {line}".rstrip() for line in shown.splitlines())


def _created(event: TicketCreated, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} opened the ticket"


def _commented(event: TicketCommented, mail: Email) -> str:
    who = _who(event.actor_id, mail)
    return f"{who} took an internal note" if event.is_internal else f"{who} replied"


def _redacted(event: TicketCommentRedacted, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} took the words out of a comment"


def _moved(event: TicketStatusChanged, mail: Email) -> str:
    before, after = (
        mail.statuses.get(status, status)
        for status in (event.before.status, event.after.status)
    )
    who = _who(event.actor_id, mail)
    why = f" ({event.after.reason})" if event.after.reason else ""
    if before == after:
        return f"{who} updated the status: {after}{why}"
    return f"{who} changed the status from {before} to {after}{why}"


def _assigned(event: TicketAssigned, mail: Email) -> str:
    who, whom = _who(event.actor_id, mail), event.after.assignee_id
    if whom is None:
        return f"{who} put the ticket back into its queue"
    if whom == event.actor_id:
        return f"{who} took the ticket"
    to = "you" if whom == mail.person_id else mail.names.get(whom, "somebody")
    return f"{who} gave the ticket to {to}"


def _updated(event: TicketUpdated, mail: Email) -> str:
    changed = (event.before.model_fields_set | event.after.model_fields_set) - {"data"}
    names = {"queue_id": "queue"}
    fields = ", ".join(sorted(names.get(field, field) for field in changed))
    return f"{_who(event.actor_id, mail)} changed the {fields or 'details'}"


def _taken_over(event: TicketReplyTakenOver, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} took over the reply"


def _who(person: UUID | None, mail: Email) -> str:
    if person is None:
        return "The desk"
    return mail.names.get(person, "Somebody")


SENTENCES: Mapping[type[TicketEvent], Callable[[Any, Email], str]] = {
    TicketCreated: _created,
    TicketCommented: _commented,
    TicketCommentRedacted: _redacted,
    TicketStatusChanged: _moved,
    TicketAssigned: _assigned,
    TicketUpdated: _updated,
    TicketReplyTakenOver: _taken_over,
}
