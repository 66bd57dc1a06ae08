"""POST /v1/tickets/{id}/macro: staff answer and change a ticket in one step."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, IfMatch, create_handler, provide
from shared.macros import (
    MacroChoice,
    MacroPreview,
    MacroRepository,
    MacroResult,
    MacroRunner,
)
from shared.tickets import TicketRef

router = APIRouter(tags=["macros"])
ProvidedMacros = Annotated[MacroRunner, provide(MacroRepository)]


@router.post("/v1/tickets/{ticket}/macro")
async def apply_macro(
    ticket: TicketRef,
    choice: MacroChoice,
    macros: ProvidedMacros,
    if_match: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> MacroResult:
    """Apply a macro with my rights, completely or not at all.

    Its events have the `batch_id` of the answer, and `POST /v1/bulk-updates/{batch_id}
    /undo` takes back what it changed. What it wrote stays.
    """
    return if_match.write(
        lambda version: macros.apply(ticket, choice, version, idempotency_key)
    )


@router.post("/v1/tickets/{ticket}/macro/preview")
async def preview_macro(
    ticket: TicketRef, choice: MacroChoice, macros: ProvidedMacros
) -> MacroPreview:
    """Return what the macro would do, or its refusal; change nothing."""
    return macros.preview(ticket, choice)


handler = create_handler(router)
