"""The sentences of emails: one function for each class of event."""

from functools import singledispatch
from uuid import UUID

from shared.core import events

from .headers import one_line
from .models import Email, EmailEvent

LONGEST = 4_000  # characters of one comment; the rest is read in AutoCRM


def describe(happening: EmailEvent, mail: Email) -> str:
    """Return a paragraph about one event, with the words of its comment quoted."""
    summary = sentence(happening.event, mail)
    if happening.words is None or _is_confirmation(happening.event, mail):
        return f"{summary}."
    return f"{summary}:\n\n{quote(happening.words)}"


def quote(words: str) -> str:
    """Mark each line as somebody's words, whatever breaks it; cut what is very long.

    Lines end where Unicode says so, and at the separators of ASCII: what a mail program
    shows as a new line never looks like our own text.
    """
    shown = words if len(words) <= LONGEST else f"{words[:LONGEST]} ..."
    return "\n".join(f"> {line}".rstrip() for line in shown.splitlines())


@singledispatch
def sentence(event: events.TicketEvent, mail: Email) -> str:
    """Return what happened, in a sentence without its full stop.

    Extension point: one function below for each class of event.
    """
    raise NotImplementedError(f"no sentence for {event.type}")


@sentence.register
def _created(event: events.TicketCreated, mail: Email) -> str:
    if _is_confirmation(event, mail):
        return "Your request has arrived"
    return f"{_who(event.actor_id, mail)} opened the ticket"


@sentence.register
def _commented(event: events.TicketCommented, mail: Email) -> str:
    who = _who(event.actor_id, mail)
    return f"{who} took an internal note" if event.is_internal else f"{who} replied"


@sentence.register
def _rated(event: events.TicketRated, mail: Email) -> str:
    return f"The ticket was rated {event.after.score}"


@sentence.register
def _corrected(event: events.TicketCommentEdited, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} corrected a comment"


@sentence.register
def _redacted(event: events.TicketCommentRedacted, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} took the words out of a comment"


@sentence.register
def _blanked(event: events.TicketRedacted, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} took words out of the ticket"


@sentence.register
def _moved(event: events.TicketStatusChanged, mail: Email) -> str:
    before, after = (
        one_line(mail.statuses.get(status, status))
        for status in (event.before.status, event.after.status)
    )
    who = _who(event.actor_id, mail)
    why = f" ({one_line(event.after.reason)})" if event.after.reason else ""
    if before == after:
        return f"{who} updated the status: {after}{why}"
    return f"{who} changed the status from {before} to {after}{why}"


@sentence.register
def _assigned(event: events.TicketAssigned, mail: Email) -> str:
    who, whom = _who(event.actor_id, mail), event.after.assignee_id
    if whom is None:
        return f"{who} put the ticket back into its queue"
    if whom == event.actor_id:
        return f"{who} took the ticket"
    to = "you" if whom == mail.person_id else _name(whom, mail, "somebody")
    return f"{who} gave the ticket to {to}"


@sentence.register
def _updated(event: events.TicketUpdated, mail: Email) -> str:
    changed = event.before.model_fields_set | event.after.model_fields_set
    changed -= {"data", "requester_name"}
    names = {"queue_id": "queue", "requester_id": "requester"}
    fields = ", ".join(sorted(names.get(field, field) for field in changed))
    return f"{_who(event.actor_id, mail)} changed the {fields or 'details'}"


@sentence.register
def _taken_over(event: events.TicketReplyTakenOver, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} took over the reply"


@sentence.register
def _followed_up(event: events.TicketFollowedUp, mail: Email) -> str:
    who = _who(event.actor_id, mail)
    return (
        f"{who} replied to this closed ticket, in its follow-up #{event.after.number}"
    )


@sentence.register
def _follower_added(event: events.TicketFollowerAdded, mail: Email) -> str:
    who, whom = _who(event.actor_id, mail), event.after.person_id
    to = "you" if whom == mail.person_id else _name(whom, mail, "somebody")
    return f"{who} added {to} as a follower"


@sentence.register
def _follower_removed(event: events.TicketFollowerRemoved, mail: Email) -> str:
    whom = _name(event.before.person_id, mail, "Somebody")
    return f"{whom} does not follow the ticket any more"


@sentence.register
def _mentioned(event: events.TicketMentioned, mail: Email) -> str:
    return f"{_who(event.actor_id, mail)} named you in an internal note"


@sentence.register
def _warned(event: events.TicketSlaWarned, mail: Email) -> str:
    return f"The {_target(event.after)} is due soon"


@sentence.register
def _breached(event: events.TicketSlaBreached, mail: Email) -> str:
    return f"The {_target(event.after)} is overdue"


@sentence.register
def _escalated(event: events.TicketSlaEscalated, mail: Email) -> str:
    state = "overdue" if event.after.on == "breach" else "due soon"
    return f"The ticket was escalated: its {_target(event.after)} is {state}"


@sentence.register
def _snoozed(event: events.TicketSnoozed, mail: Email) -> str:
    until = event.after.snoozed_until
    when = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
    return f"{_who(event.actor_id, mail)} snoozed the ticket{when}"


@sentence.register
def _unsnoozed(event: events.TicketUnsnoozed, mail: Email) -> str:
    if event.actor_id is None:
        return "The ticket was snoozed until now"
    return f"{_who(event.actor_id, mail)} ended the snoozing of the ticket"


@sentence.register
def _reminded(event: events.TicketReminded, mail: Email) -> str:
    return "We are still waiting for your reply"


def _target(facts: events.DueFacts) -> str:
    return facts.metric.replace("_", " ")


def _who(person: UUID | None, mail: Email) -> str:
    if person is None:
        return "The desk"
    return _name(person, mail, "Somebody")


def _name(person: UUID, mail: Email, otherwise: str) -> str:
    return one_line(mail.names.get(person, "")) or otherwise


def _is_confirmation(event: events.TicketEvent, mail: Email) -> bool:
    """Whether readers hear of their own request; its words they know.

    Not to send them back also keeps us from carrying anybody's text to an address that
    somebody else signed up with.
    """
    return isinstance(event, events.TicketCreated) and event.actor_id == mail.person_id
