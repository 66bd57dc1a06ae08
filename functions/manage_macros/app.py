"""Macros: staff save canned answers with actions, leads share them with a team."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import commands, queries

router = APIRouter(tags=["macros"])
router.include_router(queries.router)
router.include_router(commands.router)

handler = create_handler(router)
