"""Webhooks, below /v1/webhooks/{id}: a new secret, a ping, and sending again."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import replays, secrets

router = APIRouter(tags=["webhooks"])
router.include_router(secrets.router)
router.include_router(replays.router)

handler = create_handler(router)
