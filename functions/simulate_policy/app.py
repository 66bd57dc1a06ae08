"""POST /v1/sla-policies/simulate: administrators try a policy before it applies."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, create_handler, provide
from shared.sla import Simulation, SimulationDraft, SimulationRepository, Simulations

router = APIRouter(tags=["service levels"])


@router.post("/v1/sla-policies/simulate")
async def simulate_policy(
    draft: SimulationDraft,
    simulations: Annotated[Simulations, provide(SimulationRepository)],
    idempotency_key: IdempotencyKey = None,
) -> Simulation:
    """Return what a policy would have meant, had it been the only one.

    Changes nothing, so that a key has nothing to keep. It looks at 500 tickets; send
    `next` as `after` to go on.
    """
    return simulations.run(draft)


handler = create_handler(router)
