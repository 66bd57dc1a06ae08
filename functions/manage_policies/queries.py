"""Reading policies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import provide, set_etag
from shared.core.types import Page
from shared.sla import (
    Policies,
    PolicyRepository,
    RecomputeRepository,
    Recomputes,
    SlaPolicy,
    SlaRecompute,
)

router = APIRouter()
ProvidedPolicies = Annotated[Policies, provide(PolicyRepository)]


@router.get("/v1/sla-policies")
async def list_policies(policies: ProvidedPolicies) -> Page[SlaPolicy]:
    """Return every policy, in the order in which they are asked."""
    return Page(items=policies.all(), next_cursor=None)


@router.get("/v1/sla-policies/recompute")
async def get_recompute(
    recomputes: Annotated[Recomputes, provide(RecomputeRepository)],
) -> SlaRecompute | None:
    """Return how far due times follow the last change of policies or calendars."""
    return recomputes.latest()


@router.get("/v1/sla-policies/{policy}")
async def get_policy(
    policy: UUID, policies: ProvidedPolicies, response: Response
) -> SlaPolicy:
    """Return a policy."""
    return set_etag(response, policies.get(policy))
