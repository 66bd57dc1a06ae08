"""Policies, under /v1/sla-policies: staff read them, administrators change them."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import commands, queries

router = APIRouter(tags=["service levels"])
router.include_router(queries.router)
router.include_router(commands.router)

handler = create_handler(router)
