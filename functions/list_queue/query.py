"""The query parameters that filter and sort the tickets of a queue."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.core.http import Commas, PageQuery, StatusList
from shared.core.types import StatusCategory, TicketPriority, TicketType
from shared.queues import QueueFilter, QueueSort, Selection, When
from shared.tickets import WaitingParty

Several = Field(default=None, max_length=50)


class QueueQuery(PageQuery):
    """Which tickets of the queue, in which order."""

    status: StatusList | None = Field(
        default=None, max_length=50, examples=[["new", "open"]]
    )
    status_category: Annotated[list[StatusCategory], Commas] | None = Field(
        default=None,
        max_length=50,
        description="Custom statuses included. With neither this nor `status`: `new`,"
        " `open`, `pending` and `on_hold`; the response says so in `default_filter`.",
    )
    priority: Annotated[list[TicketPriority], Commas] | None = Several
    type: Annotated[list[TicketType], Commas] | None = Several
    waiting_on: Annotated[list[WaitingParty], Commas] | None = Several
    assignee: Literal["me", "none"] | UUID | None = None
    requester: Literal["me"] | UUID | None = None
    organization: UUID | None = None
    tag: StatusList | None = Field(
        default=None, max_length=50, description="All of these."
    )
    skill: StatusList | None = Field(
        default=None,
        max_length=50,
        description="Needs all of these; finds nothing for who reads no notes there.",
    )
    created_after: When | None = None
    created_before: When | None = None
    updated_after: When | None = None
    updated_before: When | None = None
    waiting_after: When | None = None
    waiting_before: When | None = None
    sort: QueueSort = QueueSort.PRIORITY
    count: bool = Field(default=False, description="Also say how many there are.")

    def selection(self) -> Selection:
        """Return the same as conditions and a sort."""
        named = {
            "statuses": self.status,
            "status_categories": self.status_category,
            "priorities": self.priority,
            "types": self.type,
            "tags": self.tag,
            "skills": self.skill,
        }
        others = self.model_dump(
            exclude={
                "status",
                "status_category",
                "priority",
                "type",
                "tag",
                "skill",
                "sort",
                "count",
            }
            | set(PageQuery.model_fields)
        )
        filters = QueueFilter.model_validate({**named, **others})
        return Selection(filters=filters, sort=self.sort)
