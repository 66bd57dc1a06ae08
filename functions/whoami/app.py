"""GET /v1/whoami: the caller, with roles, permissions and queues as they are now."""

from fastapi import APIRouter

from shared.http import ReadPeople, create_handler
from shared.models import Me

router = APIRouter(tags=["people and roles"])


@router.get("/v1/whoami")
async def whoami(people: ReadPeople) -> Me:
    """Return the caller, for menus and greetings."""
    return people.me()


handler = create_handler(router)
