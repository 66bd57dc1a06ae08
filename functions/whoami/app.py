"""GET /v1/whoami: the caller, with roles, permissions and queues as they are now."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import create_handler, provide
from shared.people import Me, PeopleReader, PeopleRepository

router = APIRouter(tags=["people and roles"])


@router.get("/v1/whoami")
async def whoami(people: Annotated[PeopleReader, provide(PeopleRepository)]) -> Me:
    """Return the caller, for menus and greetings."""
    return people.me()


handler = create_handler(router)
