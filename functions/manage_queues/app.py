"""Queues: administrators make and archive them, leads say who works them and how."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import members, queues

router = APIRouter(tags=["queues"])
router.include_router(queues.router)
router.include_router(members.router)

handler = create_handler(router)
