"""Statuses of tickets as they are shown, added and changed."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.core.types import (
    Change,
    Command,
    Model,
    SingleLine,
    StatusCategory,
    StrictBool,
    StrictInt,
    TicketType,
)

StatusKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,49}$")]
Label = Annotated[SingleLine, Field(min_length=1, max_length=80)]
Language = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")
]
Place = Annotated[StrictInt, Field(ge=0, le=1000, description="Order in lists.")]


class Labels(Command):
    """What a status is called in a language."""

    agent_label: Label
    customer_label: Label


LabelsByLanguage = Annotated[
    dict[Language, Labels],
    Field(
        max_length=50,
        description="By language, a tag such as `de` or `pt-BR`; replaced as a whole."
        " Those of the desk's default language may stand here, too.",
    ),
]


class TicketStatus(Model):
    """A status of tickets; its category says what it means to the desk."""

    status: str = Field(description="The key.", examples=["on_hold"])
    category: StatusCategory
    label: str = Field(description="What the caller is to read.")
    customer_label: str
    agent_label: str | None = Field(description="Null for customers.")
    labels: dict[str, Labels] | None = Field(
        description="In all languages, for those who manage statuses; else null."
    )
    position: int = Field(description="Order in lists.")
    is_default: bool = Field(
        description="Whether tickets that come to the category by themselves get it."
    )
    active: bool = Field(description="Whether tickets may get it.")
    version: int


class StatusList(Model):
    """All statuses, and which steps people may take."""

    items: list[TicketStatus]
    next_cursor: None = None
    steps: dict[TicketType, dict[StatusCategory, list[StatusCategory]]] = Field(
        description="By type of ticket and category, the categories that people may"
        " move it to. Within a category every step is allowed; solved tickets close by"
        " themselves."
    )


class TicketStatusDraft(Command):
    """A status to add to a category."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "waiting_for_parts",
                    "category": "on_hold",
                    "agent_label": "Waiting for parts",
                    "customer_label": "In progress",
                }
            ]
        }
    )

    status: StatusKey = Field(description="The key; it does not change.")
    category: StatusCategory = Field(description="It does not change.")
    agent_label: Label
    customer_label: Label
    labels: LabelsByLanguage = Field(default_factory=dict)
    position: Place | None = None
    is_default: StrictBool = False


class TicketStatusChange(Change):
    """A change to a status; what is left out stays, so it has no default to show."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"is_default": True}, {"active": False}]}
    )

    agent_label: Label = Field(default_factory=str)
    customer_label: Label = Field(default_factory=str)
    labels: LabelsByLanguage = Field(default_factory=dict)
    position: Place = Field(default_factory=int)
    is_default: StrictBool = Field(
        default_factory=bool,
        description="True takes it from the former default of the category.",
    )
    active: StrictBool = Field(
        default_factory=bool,
        description="False: tickets that have it keep it, and no other gets it.",
    )
