"""Making, changing and deleting policies."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
from shared.sla import (
    Policies,
    PolicyRepository,
    SlaPolicy,
    SlaPolicyChange,
    SlaPolicyDraft,
)

router = APIRouter()
ProvidedPolicies = Annotated[Policies, provide(PolicyRepository)]


@router.post("/v1/sla-policies", status_code=HTTPStatus.CREATED)
async def create_policy(
    draft: SlaPolicyDraft,
    policies: ProvidedPolicies,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> SlaPolicy:
    """Create a policy: targets for the tickets that its conditions are for."""
    made = policies.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/sla-policies/{made.id}"
    return set_etag(response, made)


@router.patch("/v1/sla-policies/{policy}")
async def change_policy(
    policy: UUID,
    change: Annotated[SlaPolicyChange, Body(default_factory=SlaPolicyChange)],
    policies: ProvidedPolicies,
    if_match: IfMatch,
    response: Response,
) -> SlaPolicy:
    """Change a policy, or its place; what is sent is replaced as a whole."""
    changed = if_match.write(lambda version: policies.change(policy, change, version))
    return set_etag(response, changed)


@router.delete("/v1/sla-policies/{policy}")
async def delete_policy(policy: UUID, policies: ProvidedPolicies) -> SlaPolicy:
    """Delete a policy; return what it was."""
    return policies.delete(policy)
