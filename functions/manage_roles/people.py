"""Looking people up."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import PageQuery, provide
from shared.core.types import Page, SingleLine
from shared.people import PeopleReader, PeopleRepository, Person, RoleKey

router = APIRouter()


class PeopleQuery(PageQuery):
    """Which people, by name."""

    search: Annotated[SingleLine, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="A part of a name or an address; or a name like it.",
    )
    role: RoleKey | None = None


@router.get("/v1/people")
async def list_people(
    query: Annotated[PeopleQuery, Query()],
    people: Annotated[PeopleReader, provide(PeopleRepository)],
) -> Page[Person]:
    """Return people with their roles, by name."""
    return people.find(query.search, query.role, query.cursor, query.limit)
