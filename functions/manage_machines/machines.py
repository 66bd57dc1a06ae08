"""The machine users themselves."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from shared.core.http import IdempotencyKey, IfMatch, PageQuery, provide, set_etag
from shared.core.types import Page
from shared.machines import (
    Machine,
    MachineChange,
    MachineDraft,
    MachineRepository,
    MachineUsers,
    NewMachine,
)

from .accounts import ProvidedAccountMaker

router = APIRouter()
ProvidedMachines = Annotated[MachineUsers, provide(MachineRepository)]


@router.get("/v1/machine-users")
async def list_machine_users(
    query: Annotated[PageQuery, Query()], machines: ProvidedMachines
) -> Page[Machine]:
    """Return machine users, revoked ones too, oldest first; never a secret."""
    return machines.page(query.cursor, query.limit)


@router.get("/v1/machine-users/{machine}")
async def get_machine_user(
    machine: UUID, machines: ProvidedMachines, response: Response
) -> Machine:
    """Return one machine user, without its secrets."""
    return set_etag(response, machines.get(machine))


@router.post("/v1/machine-users", status_code=HTTPStatus.CREATED)
async def create_machine_user(
    draft: MachineDraft,
    machines: ProvidedMachines,
    accounts: ProvidedAccountMaker,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> NewMachine:
    """Create a program that may do exactly this, and return its secret, this once.

    When it fails half-way, the same request with the same key completes it.
    """
    made = accounts.complete(machines.create(draft, idempotency_key))
    response.headers["Location"] = f"/v1/machine-users/{made.id}"
    return set_etag(response, made)


@router.patch("/v1/machine-users/{machine}")
async def change_machine_user(
    machine: UUID,
    change: Annotated[MachineChange, Body(default_factory=MachineChange)],
    machines: ProvidedMachines,
    if_match: IfMatch,
    response: Response,
) -> Machine:
    """Change name or permissions of a machine user, from its next request on."""
    changed = if_match.write(lambda version: machines.change(machine, change, version))
    return set_etag(response, changed)


@router.delete("/v1/machine-users/{machine}")
async def revoke_machine_user(machine: UUID, machines: ProvidedMachines) -> Machine:
    """Revoke a machine user for good, from its next request on; history names it."""
    return machines.revoke(machine)
