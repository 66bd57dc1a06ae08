"""A view, as drafted, changed and stored."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.core.types import Command, Model, SingleLine, Storable
from shared.queues import QueueFilter, QueueSort, Sort

Name = Annotated[SingleLine, Field(min_length=1, max_length=80)]


class ViewScope(StrEnum):
    """Who has a view: one person, the people of a queue, or all staff."""

    MINE = "mine"
    TEAM = "team"
    EVERYONE = "everyone"


class ViewDraft(Command):
    """A view to save."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Mine, waiting over two hours",
                    "conditions": {
                        "assignee": "me",
                        "waiting_on": ["agent"],
                        "waiting_before": "PT2H",
                    },
                    "sort": "waiting",
                }
            ]
        }
    )

    name: Name
    scope: ViewScope = ViewScope.MINE
    queue: Storable | None = Field(
        default=None,
        description="Key or id; left out, every queue that the reader may see."
        " A team's view names its queue.",
    )
    conditions: QueueFilter = Field(default_factory=QueueFilter)
    sort: Sort = QueueSort.PRIORITY


def _without_default(schema: JsonDict) -> None:
    """Leave the default out of the document: what is left out is not changed."""
    schema.pop("default", None)


class ViewChange(Command):
    """A change to a view; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"scope": "team", "queue": "billing"}]}
    )

    name: Name = Field(default="", json_schema_extra=_without_default)
    scope: ViewScope = Field(default=ViewScope.MINE, json_schema_extra=_without_default)
    queue: Storable | None = Field(default=None, json_schema_extra=_without_default)
    conditions: QueueFilter = Field(
        default_factory=QueueFilter, json_schema_extra=_without_default
    )
    sort: Sort = Field(default=QueueSort.PRIORITY, json_schema_extra=_without_default)


class StoredFilter(QueueFilter):
    """Conditions as stored; what a newer version has added is left out."""

    model_config = ConfigDict(extra="ignore")


class View(Model):
    """A stored view. What it shows depends on who reads it."""

    id: UUID
    name: str
    scope: ViewScope
    owner_id: UUID | None = Field(description="Whose it is; null when it is shared.")
    owner_name: str | None = None
    queue_id: UUID | None
    queue_name: str | None = None
    conditions: StoredFilter
    sort: Sort
    version: int
    created_at: datetime
    updated_at: datetime
