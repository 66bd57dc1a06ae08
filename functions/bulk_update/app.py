"""Bulk updates, under /v1/bulk-updates: staff change up to 1,000 tickets at once."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import commands, queries

router = APIRouter(tags=["bulk updates"])
router.include_router(commands.router)
router.include_router(queries.router)

handler = create_handler(router)
