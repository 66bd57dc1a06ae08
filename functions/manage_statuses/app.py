"""/v1/statuses: everybody learns what statuses mean, administrators manage them."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import commands, queries

router = APIRouter(tags=["administration"])
router.include_router(queries.router)
router.include_router(commands.router)

handler = create_handler(router)
