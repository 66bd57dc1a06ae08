"""Inviting people whom the database has accepted."""

from shared.core.errors import Unavailable
from shared.people.records import (
    Invitation,
    Invitations,
    PersonDraft,
    PersonRecord,
    PersonRecords,
)


def create_person(
    draft: PersonDraft, people: PersonRecords, invitations: Invitations, key: str | None
) -> PersonRecord:
    """Enter a person and invite them; an invitation that cannot be sent stays pending.

    Whether one was sent is read from Auth itself, so the same request sent again after
    a crash invites who was not invited, and nobody twice.
    """
    person = people.create(draft, key)
    try:
        return invite_person(person, invitations)
    except Unavailable:
        return person


def invite_person(person: PersonRecord, invitations: Invitations) -> PersonRecord:
    """Invite a person whose invitation is pending.

    Raises:
        Unavailable: the invitation could not be sent.
    """
    if person.invitation is not Invitation.PENDING or person.email is None:
        return person
    invitations.invite(person.email, person.name)
    return person.model_copy(update={"invitation": Invitation.SENT})
