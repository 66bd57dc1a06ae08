"""Entering, changing and deleting organizations."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
from shared.organizations import (
    Organization,
    OrganizationChange,
    OrganizationDraft,
    OrganizationRepository,
    OrganizationWriter,
)

router = APIRouter()
Organizations = Annotated[OrganizationWriter, provide(OrganizationRepository)]


@router.post("/v1/organizations", status_code=HTTPStatus.CREATED)
async def create_organization(
    draft: OrganizationDraft,
    organizations: Organizations,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Organization:
    """Enter an organization."""
    made = organizations.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/organizations/{made.id}"
    return set_etag(response, made)


@router.patch("/v1/organizations/{organization}")
async def change_organization(
    organization: UUID,
    change: Annotated[OrganizationChange, Body(default_factory=OrganizationChange)],
    organizations: Organizations,
    if_match: IfMatch,
    response: Response,
) -> Organization:
    """Change name, sharing, domains or notes; domains are replaced as a whole.

    Who belongs to it stays when a domain goes, and nobody is moved when one comes.
    """
    changed = if_match.write(
        lambda version: organizations.change(organization, change, version)
    )
    return set_etag(response, changed)


@router.delete("/v1/organizations/{organization}")
async def delete_organization(
    organization: UUID, organizations: Organizations, if_match: IfMatch
) -> Organization:
    """Delete an organization without people and tickets; return what it was."""
    return if_match.write(lambda version: organizations.delete(organization, version))
