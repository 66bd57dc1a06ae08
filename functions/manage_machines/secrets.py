"""The secrets of a machine user: two are live while one replaces the other."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body

from shared.core.http import IdempotencyKey, provide
from shared.machines import (
    Machine,
    MachineRepository,
    MachineSecrets,
    NewMachine,
    SecretDraft,
)

from .accounts import ProvidedAccountMaker

router = APIRouter()
ProvidedSecrets = Annotated[MachineSecrets, provide(MachineRepository)]


@router.post("/v1/machine-users/{machine}/secrets")
async def create_machine_secret(
    machine: UUID,
    draft: Annotated[SecretDraft, Body(default_factory=SecretDraft)],
    secrets: ProvidedSecrets,
    accounts: ProvidedAccountMaker,
    idempotency_key: IdempotencyKey = None,
) -> NewMachine:
    """Create a second secret and return it, this once; the first ends in a day."""
    return accounts.complete(secrets.add(machine, draft, idempotency_key))


@router.delete("/v1/machine-users/{machine}/secrets/{secret}")
async def delete_machine_secret(
    machine: UUID, secret: UUID, secrets: ProvidedSecrets
) -> Machine:
    """End a secret; tokens that were issued for it live until they expire."""
    return secrets.remove(machine, secret)
