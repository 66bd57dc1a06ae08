"""Views: staff save questions about tickets, leads share them with a team."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, create_handler, provide
from shared.core.types import Page
from shared.views import View, ViewChange, ViewDraft, ViewRepository, Views

router = APIRouter(tags=["views"])
ProvidedViews = Annotated[Views, provide(ViewRepository)]


@router.get("/v1/views")
async def list_views(views: ProvidedViews) -> Page[View]:
    """Return my views, those of my queues and those of everyone."""
    return Page(items=views.all(), next_cursor=None)


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
    return made


@router.patch("/v1/views/{view}")
async def change_view(
    view: UUID,
    change: Annotated[ViewChange, Body(default_factory=ViewChange)],
    views: ProvidedViews,
) -> View:
    """Change what is named of a view; conditions are replaced as a whole."""
    return views.change(view, change)


@router.delete("/v1/views/{view}")
async def delete_view(view: UUID, views: ProvidedViews) -> View:
    """Delete a view; return what it was."""
    return views.delete(view)


handler = create_handler(router)
