"""Notifications: everybody reads theirs, and chooses how to be notified."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import inbox, preferences

router = APIRouter(tags=["notifications"])
router.include_router(inbox.router)
router.include_router(preferences.router)

handler = create_handler(router)
