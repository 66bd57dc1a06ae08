"""Roles: what they allow, and who has them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.core.http import provide
from shared.core.types import Page
from shared.people import Person, Role, RoleDefinition, RoleKey, RoleRepository, Roles

router = APIRouter()
ProvidedRoles = Annotated[Roles, provide(RoleRepository)]


@router.put("/v1/people/{person}/roles/{role}")
async def grant_role(person: UUID, role: RoleKey, roles: ProvidedRoles) -> Person:
    """Give a person a role, from their next request on."""
    return roles.grant(person, role)


@router.delete("/v1/people/{person}/roles/{role}")
async def revoke_role(person: UUID, role: RoleKey, roles: ProvidedRoles) -> Person:
    """Take a role from a person, from their next request on."""
    return roles.revoke(person, role)


@router.get("/v1/roles")
async def list_roles(roles: ProvidedRoles) -> Page[Role]:
    """Return every role with what it allows."""
    return Page(items=roles.all(), next_cursor=None)


@router.put("/v1/roles/{role}")
async def define_role(
    role: RoleKey, definition: RoleDefinition, roles: ProvidedRoles
) -> Role:
    """Make a role from permissions, or change one that is not built in."""
    return roles.define(role, definition)
