"""Reading organizations and their people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from shared.core.http import PageQuery, provide, set_etag
from shared.core.types import Page, SingleLine
from shared.organizations import (
    Organization,
    OrganizationMember,
    OrganizationName,
    OrganizationPage,
    OrganizationReader,
    OrganizationRepository,
)

router = APIRouter()
Organizations = Annotated[OrganizationReader, provide(OrganizationRepository)]


class OrganizationsQuery(PageQuery):
    """Which organizations, by name."""

    search: Annotated[SingleLine, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="A part of a name or, for staff, of a domain; or a name like it.",
    )


@router.get("/v1/organizations")
async def list_organizations(
    query: Annotated[OrganizationsQuery, Query()], organizations: Organizations
) -> OrganizationPage:
    """Return organizations by name: for staff all of them, else the name of mine."""
    return organizations.find(query.search, query.cursor, query.limit)


@router.get("/v1/organizations/{organization}")
async def get_organization(
    organization: UUID, organizations: Organizations, response: Response
) -> Organization | OrganizationName:
    """Return an organization, for staff with its version as ETag; else its name."""
    found = organizations.get(organization)
    return set_etag(response, found) if isinstance(found, Organization) else found


@router.get("/v1/organizations/{organization}/members")
async def list_organization_members(
    organization: UUID,
    query: Annotated[PageQuery, Query()],
    organizations: Organizations,
) -> Page[OrganizationMember]:
    """Return the people of an organization, by name."""
    return organizations.members(organization, query.cursor, query.limit)
