"""Inviting people whom the database has accepted."""

from shared.core.errors import TooMany, Unavailable
from shared.core.persistence import Accounts
from shared.people.records import Invitation, PersonDraft, PersonRecord, PersonRecords

NOT_SENT = "The invitation could not be sent. Try again in a moment."


def create_person(
    draft: PersonDraft, people: PersonRecords, accounts: Accounts, key: str | None
) -> PersonRecord:
    """Enter a person and invite them; an invitation that cannot be sent stays pending.

    Whether one was sent is read from Auth itself, so the same request sent again after
    a crash invites who was not invited, and nobody twice.
    """
    person = people.create(draft, key)
    try:
        return invite_person(person, accounts)
    except Unavailable:
        return person


def invite_person(person: PersonRecord, accounts: Accounts) -> PersonRecord:
    """Invite a person whose invitation is pending.

    Raises:
        Unavailable: the invitation could not be sent.
    """
    if person.invitation is not Invitation.PENDING or person.email is None:
        return person
    try:
        sent = accounts.invite(person.email, person.name)
    except TooMany as error:
        raise Unavailable(NOT_SENT) from error
    if not sent:
        raise Unavailable(NOT_SENT)
    return person.model_copy(update={"invitation": Invitation.SENT})
