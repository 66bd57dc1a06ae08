"""Bulk updates: the change to many tickets, and the result for each."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from shared.core.types import Command, Model
from shared.tickets import TicketStep

_ID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_REF_PATTERN = rf"^([0-9]{{1,18}}|{_ID})$"
BulkTicketRef = Annotated[
    str,
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
    Field(pattern=_REF_PATTERN),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
                {"type": "string", "pattern": _REF_PATTERN},
            ],
            "description": "A ticket's number or id.",
        }
    ),
]


class BulkDraft(Command):
    """Which tickets are to change, and how."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"tickets": [1042, 1043], "change": {"add_tags": ["recall"]}}]
        }
    )

    tickets: list[BulkTicketRef] | None = Field(
        default=None,
        min_length=1,
        description="Named one by one; 1,000 at most.",
    )
    view: UUID | None = Field(default=None, description="All that a view shows now.")
    change: TicketStep

    @model_validator(mode="after")
    def _name_one(self) -> Self:
        if (self.tickets is None) == (self.view is None):
            raise ValueError('give either "tickets" or "view"')
        return self


class BulkState(StrEnum):
    """How far a worker has come with it."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"


class BulkUpdate(Model):
    """How far a bulk update has come; `id` is the `batch_id` of its events."""

    id: UUID
    state: BulkState
    change: dict[str, Any] | None = Field(description="Null when it is an undo.")
    undo_of: UUID | None
    total: int
    done: int
    skipped: int
    failed: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class BulkResult(StrEnum):
    """Changed; left alone, because nothing was to do or it changed since; refused."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class BulkItem(Model):
    """The result for one ticket."""

    position: int
    ticket: str = Field(description="As it was named: an id or a number.")
    result: BulkResult | None = Field(description="Null until it has been tried.")
    problem: str | None = Field(examples=["step-not-allowed"])
    detail: str | None


class ClaimedBulkUpdate(Model):
    """A bulk update that a worker holds the lease of."""

    id: UUID
    attempt: int
