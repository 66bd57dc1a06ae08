"""Reading macros."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from shared.core.http import PageQuery, provide, set_etag
from shared.core.types import Page
from shared.macros import Macro, MacroRepository, Macros

router = APIRouter()
ProvidedMacros = Annotated[Macros, provide(MacroRepository)]


@router.get("/v1/macros")
async def list_macros(
    query: Annotated[PageQuery, Query()], macros: ProvidedMacros
) -> Page[Macro]:
    """Return my macros, those of my queues and those of everyone, by name."""
    return macros.list(query.cursor, query.limit)


@router.get("/v1/macros/{macro}")
async def get_macro(macro: UUID, macros: ProvidedMacros, response: Response) -> Macro:
    """Return a macro that I can use, with its version as ETag."""
    return set_etag(response, macros.get(macro))
