"""Reading views."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import provide, set_etag
from shared.core.types import Page
from shared.views import View, ViewRepository, Views

router = APIRouter()
ProvidedViews = Annotated[Views, provide(ViewRepository)]


@router.get("/v1/views")
async def list_views(views: ProvidedViews) -> Page[View]:
    """Return my views, those of my queues and those of everyone."""
    return Page(items=views.all(), next_cursor=None)


@router.get("/v1/views/{view}")
async def get_view(view: UUID, views: ProvidedViews, response: Response) -> View:
    """Return a view that I have, with its version as ETag."""
    return set_etag(response, views.get(view))
