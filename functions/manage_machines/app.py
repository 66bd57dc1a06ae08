"""Machine users, under /v1/machine-users: administrators let programs in."""

from fastapi import APIRouter

from shared.core.http import create_handler

from . import machines, secrets

router = APIRouter(tags=["machine users"])
router.include_router(machines.router)
router.include_router(secrets.router)

handler = create_handler(router)
