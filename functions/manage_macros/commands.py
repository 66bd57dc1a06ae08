"""Saving, changing and deleting macros."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
from shared.macros import Macro, MacroChange, MacroDraft, MacroRepository, Macros

router = APIRouter()
ProvidedMacros = Annotated[Macros, provide(MacroRepository)]


@router.post("/v1/macros", status_code=HTTPStatus.CREATED)
async def create_macro(
    draft: MacroDraft,
    macros: ProvidedMacros,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Macro:
    """Save a macro, for myself, a team or everyone.

    A placeholder that does not exist is refused; so is a field in `text` that staff
    alone may see.
    """
    made = macros.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/macros/{made.id}"
    return set_etag(response, made)


@router.patch("/v1/macros/{macro}")
async def change_macro(
    macro: UUID,
    change: Annotated[MacroChange, Body(default_factory=MacroChange)],
    macros: ProvidedMacros,
    if_match: IfMatch,
    response: Response,
) -> Macro:
    """Change what is named of a macro; actions are replaced as a whole."""
    changed = if_match.write(lambda version: macros.change(macro, change, version))
    return set_etag(response, changed)


@router.delete("/v1/macros/{macro}")
async def delete_macro(macro: UUID, macros: ProvidedMacros, if_match: IfMatch) -> Macro:
    """Delete a macro; return what it was. What it did can still be undone."""
    return if_match.write(lambda version: macros.delete(macro, version))
