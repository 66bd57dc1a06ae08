"""Custom fields: everybody sees what a ticket may say, administrators define it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response

from shared.core.http import (
    IdempotencyKey,
    IfMatch,
    Languages,
    create_handler,
    provide,
    set_etag,
)
from shared.core.types import Page
from shared.fields import Field, FieldChange, FieldDraft, FieldRepository, Fields

router = APIRouter(tags=["fields"])
Provided = Annotated[Fields, provide(FieldRepository)]


@router.get("/v1/fields")
async def list_fields(fields: Provided, languages: Languages) -> Page[Field]:
    """Return the fields that you may see, those switched off too, in order."""
    return Page(items=fields.all(languages), next_cursor=None)


@router.post("/v1/fields", status_code=HTTPStatus.CREATED)
async def create_field(
    draft: FieldDraft, fields: Provided, response: Response, key: IdempotencyKey = None
) -> Field:
    """Define a field, which tickets have at once."""
    response.headers["Location"] = f"/v1/fields/{draft.key}"
    return set_etag(response, fields.create(draft, key))


@router.get("/v1/fields/{field}")
async def get_field(
    field: str, fields: Provided, languages: Languages, response: Response
) -> Field:
    """Return one field by its key."""
    return set_etag(response, fields.get(field, languages))


@router.patch("/v1/fields/{field}")
async def change_field(
    field: str,
    change: Annotated[FieldChange, Body(default_factory=FieldChange)],
    fields: Provided,
    if_match: IfMatch,
    response: Response,
) -> Field:
    """Change what is named of a field, or switch it off; tickets keep theirs."""
    changed = if_match.write(lambda version: fields.change(field, change, version))
    return set_etag(response, changed)


handler = create_handler(router)
