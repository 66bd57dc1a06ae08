"""GET /health: anybody may ask whether the desk answers, database included."""

from typing import Literal

from fastapi import APIRouter

from shared.core.http import PublicDatabase, create_handler
from shared.core.types import Model

router = APIRouter(tags=["health"])


class Health(Model):
    """All is well; otherwise there is a problem document."""

    status: Literal["ok"]


@router.get("/health")
async def health(database: PublicDatabase) -> Health:
    """Answer ok when the database does, 503 when it does not."""
    return Health.model_validate(database.call("health", {}))


handler = create_handler(router)
