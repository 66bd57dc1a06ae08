"""People and roles: staff look people up, administrators say who may do what."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import people, roles

router = APIRouter(tags=["people and roles"])
router.include_router(people.router)
router.include_router(roles.router)

handler = create_handler(router)
