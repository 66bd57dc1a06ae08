"""Saving, changing and deleting views."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
from shared.views import View, ViewChange, ViewDraft, ViewRepository, Views

router = APIRouter()
ProvidedViews = Annotated[Views, provide(ViewRepository)]


@router.post("/v1/views", status_code=HTTPStatus.CREATED)
async def create_view(
    draft: ViewDraft,
    views: ProvidedViews,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> View:
    """Save a view, for myself, a team or everyone."""
    made = views.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/views/{made.id}/tickets"
    return set_etag(response, made)


@router.patch("/v1/views/{view}")
async def change_view(
    view: UUID,
    change: Annotated[ViewChange, Body(default_factory=ViewChange)],
    views: ProvidedViews,
    if_match: IfMatch,
    response: Response,
) -> View:
    """Change what is named of a view; conditions are replaced as a whole."""
    changed = if_match.write(lambda version: views.change(view, change, version))
    return set_etag(response, changed)


@router.delete("/v1/views/{view}")
async def delete_view(view: UUID, views: ProvidedViews, if_match: IfMatch) -> View:
    """Delete a view; return what it was."""
    return if_match.write(lambda version: views.delete(view, version))
