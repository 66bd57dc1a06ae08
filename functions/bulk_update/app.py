"""Bulk updates, under /v1/bulk-updates: staff change up to 1,000 tickets at once."""

from fastapi import APIRouter

from shared.http import create_handler

from . import asking, looking

router = APIRouter(tags=["bulk updates"])
router.include_router(asking.router)
router.include_router(looking.router)

handler = create_handler(router)
