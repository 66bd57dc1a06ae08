"""People's records, below /v1/people: entered and invited, changed, ended, merged."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import records, states

router = APIRouter(tags=["people and roles"])
router.include_router(records.router)
router.include_router(states.router)

handler = create_handler(router)
