"""What statuses there are."""

from typing import Annotated

from fastapi import APIRouter

from shared.administration.statuses import Statuses, StatusList, StatusRepository
from shared.core.http import Languages, provide

router = APIRouter()


@router.get("/v1/statuses")
async def list_statuses(
    statuses: Annotated[Statuses, provide(StatusRepository)], languages: Languages
) -> StatusList:
    """Return all statuses, labelled for the caller, and the steps there are."""
    return statuses.all(languages)
