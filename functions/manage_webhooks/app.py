"""Webhooks, under /v1/webhooks: administrators say who hears of events."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import commands, queries

router = APIRouter(tags=["webhooks"])
router.include_router(queries.router)
router.include_router(commands.router)

handler = create_handler(router)
