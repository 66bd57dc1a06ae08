"""Webhooks, under /v1/webhooks: administrators say who hears of events, and look."""

from fastapi import APIRouter

from shared.http import create_handler

from . import deliveries, endpoints

router = APIRouter(tags=["webhooks"])
router.include_router(endpoints.router)
router.include_router(deliveries.router)

handler = create_handler(router)
