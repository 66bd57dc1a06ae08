"""Entering, reading and changing people."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import (
    IdempotencyKey,
    IfMatch,
    TrustedAccounts,
    provide,
    set_etag,
)
from shared.people.records import (
    PersonChange,
    PersonDraft,
    PersonRecord,
    PersonRecords,
    PersonRepository,
)

from .use_case import create_person, invite_person

router = APIRouter()
ProvidedRecords = Annotated[PersonRecords, provide(PersonRepository)]


@router.post("/v1/people", status_code=HTTPStatus.CREATED)
async def post_person(
    draft: PersonDraft,
    people: ProvidedRecords,
    accounts: TrustedAccounts,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> PersonRecord:
    """Enter a person with roles that you may grant, and invite them by email."""
    person = create_person(draft, people, accounts, idempotency_key)
    response.headers["Location"] = f"/v1/people/{person.id}"
    return set_etag(response, person)


@router.get("/v1/people/{person}")
async def get_person(
    person: UUID, people: ProvidedRecords, response: Response
) -> PersonRecord:
    """Return a person; oneself, too."""
    return set_etag(response, people.get(person))


@router.patch("/v1/people/{person}")
async def patch_person(
    person: UUID,
    change: Annotated[PersonChange, Body(default_factory=PersonChange)],
    people: ProvidedRecords,
    if_match: IfMatch,
    response: Response,
) -> PersonRecord:
    """Change name, organization, language or time zone; of oneself not the second."""
    changed = if_match.write(lambda version: people.change(person, change, version))
    return set_etag(response, changed)


@router.post("/v1/people/{person}/invitation")
async def post_invitation(
    person: UUID,
    people: ProvidedRecords,
    accounts: TrustedAccounts,
    idempotency_key: IdempotencyKey = None,
) -> PersonRecord:
    """Send an invitation by email, once more if one was sent before."""
    return invite_person(people.invitable(person, idempotency_key), accounts)
