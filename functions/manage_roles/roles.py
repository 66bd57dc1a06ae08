"""Roles: what they allow, and who has them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import IfMatch, provide, set_etag
from shared.core.types import Page
from shared.people import (
    Permission,
    Permissions,
    Person,
    Role,
    RoleDefinition,
    RoleKey,
    RoleRepository,
    Roles,
)

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
    role: RoleKey,
    definition: RoleDefinition,
    roles: ProvidedRoles,
    if_match: IfMatch,
    response: Response,
) -> Role:
    """Make a role from permissions, or change one that is not built in."""
    defined = if_match.write(lambda version: roles.define(role, definition, version))
    return set_etag(response, defined)


@router.delete("/v1/roles/{role}")
async def delete_role(role: RoleKey, roles: ProvidedRoles, if_match: IfMatch) -> Role:
    """Delete a role that nobody holds; return what it was."""
    return if_match.write(lambda version: roles.delete(role, version))


@router.get("/v1/permissions")
async def list_permissions(
    permissions: Annotated[Permissions, provide(RoleRepository)],
) -> Page[Permission]:
    """Return every permission that a role may have, and what it allows."""
    return Page(items=permissions.permissions(), next_cursor=None)
