"""People and roles: staff look people up, administrators say who may do what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.http import KeepRoles, PageQuery, ReadPeople, create_handler
from shared.models import Line, Person, Role, RoleDefinition, RoleKey
from shared.pages import Page

router = APIRouter(tags=["people and roles"])


class PeopleQuery(PageQuery):
    """Which people, by name."""

    search: Annotated[Line, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="A part of a name or an address."
    )
    role: RoleKey | None = None


@router.get("/v1/people")
async def list_people(
    query: Annotated[PeopleQuery, Query()], people: ReadPeople
) -> Page[Person]:
    """Return people with their roles, by name."""
    return people.find(query.search, query.role, query.cursor, query.limit)


@router.put("/v1/people/{person}/roles/{role}")
async def grant_role(person: UUID, role: RoleKey, roles: KeepRoles) -> Person:
    """Give a person a role, from their next request on."""
    return roles.grant(person, role)


@router.delete("/v1/people/{person}/roles/{role}")
async def revoke_role(person: UUID, role: RoleKey, roles: KeepRoles) -> Person:
    """Take a role from a person, from their next request on."""
    return roles.revoke(person, role)


@router.get("/v1/roles")
async def list_roles(roles: KeepRoles) -> Page[Role]:
    """Return every role with what it allows."""
    return Page(items=roles.all(), next_cursor=None)


@router.put("/v1/roles/{role}")
async def define_role(
    role: RoleKey, definition: RoleDefinition, roles: KeepRoles
) -> Role:
    """Make a role from permissions, or change one that is not built in."""
    return roles.define(role, definition)


handler = create_handler(router)
