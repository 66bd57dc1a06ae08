"""The query parameters that filter lists of tickets, and what is searched."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from shared.core.http import Commas, PageQuery, StatusList
from shared.core.types import StatusCategory, Storable, TicketPriority, TicketType
from shared.queues import QueueFilter, When
from shared.tickets import WaitingParty


def _listed(given: object) -> object:
    return given if isinstance(given, list) else [given]


Several = Field(default=None, max_length=50)
FieldValues = Annotated[
    list[Annotated[Storable, Field(min_length=1, max_length=400)]],
    Field(max_length=50),
    Commas,
    BeforeValidator(_listed),
]
MOST_FIELDS = 20
FieldParameter = Annotated[
    str, Field(pattern=r"^field\.[a-z][a-z0-9_]{0,49}(\.from|\.to)?$")
]


class FilterQuery(PageQuery):
    """Which tickets; what is left out does not narrow them.

    Besides, `field.<key>` for each custom field, with `.from` and `.to` for ranges.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[FieldParameter, FieldValues] = Field(init=False)

    status: StatusList | None = Field(
        default=None, max_length=50, examples=[["new", "open"]]
    )
    status_category: Annotated[list[StatusCategory], Commas] | None = Field(
        default=None, max_length=50, description="Custom statuses included."
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

    @model_validator(mode="after")
    def _values_or_range(self) -> Self:
        if len(self.__pydantic_extra__) > MOST_FIELDS:
            raise ValueError(f"filter by {MOST_FIELDS} fields at most")
        for name in self.__pydantic_extra__:
            value = name.removesuffix(".from").removesuffix(".to")
            if value != name and value in self.__pydantic_extra__:
                raise ValueError(f"give {value}, or from and to of it")
        return self

    def filters(self) -> QueueFilter:
        """Return the same as lists and views keep it."""
        named = {
            "statuses": self.status,
            "status_categories": self.status_category,
            "priorities": self.priority,
            "types": self.type,
            "tags": self.tag,
            "skills": self.skill,
        }
        others = self.model_dump(include=set(QueueFilter.model_fields) - set(named))
        return QueueFilter.model_validate(
            {**named, **others, "fields": self._fields() or None}
        )

    def _fields(self) -> dict[str, Any]:
        """Return the filters of custom fields by key."""
        fields: dict[str, Any] = {}
        for name, values in self.__pydantic_extra__.items():
            _, key, *end = name.split(".")
            if end:
                fields.setdefault(key, {})[end[0]] = ",".join(values)
            else:
                fields[key] = values
        return fields
