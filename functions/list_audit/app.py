"""GET /v1/audit: administrators see who changed what about the desk."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.administration import Audit, AuditEntry, AuditRepository
from shared.core.http import PageQuery, create_handler, provide
from shared.core.types import Page, SingleLine

router = APIRouter(tags=["administration"])


class AuditQuery(PageQuery):
    """Which entries of the audit, the newest first."""

    actor: UUID | None = Field(default=None, description="Who did it.")
    subject: Annotated[SingleLine, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="A kind, such as `person_role`, or an id or key of what was"
        " changed: of a person, a queue, a role ...",
    )


@router.get("/v1/audit")
async def list_audit(
    query: Annotated[AuditQuery, Query()],
    audit: Annotated[Audit, provide(AuditRepository)],
) -> Page[AuditEntry]:
    """Return who changed what about the desk, when, and from what to what."""
    return audit.find(query.actor, query.subject, query.cursor, query.limit)


handler = create_handler(router)
