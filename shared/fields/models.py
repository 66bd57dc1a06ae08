"""Custom fields as drafted, changed and stored."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import pydantic
from pydantic import ConfigDict

from shared.core.types import (
    Change,
    Command,
    Model,
    SingleLine,
    Storable,
    StrictBool,
    StrictInt,
    TicketType,
)

FieldKey = Annotated[
    str,
    pydantic.Field(
        pattern=r"^[a-z][a-z0-9_]{0,49}$",
        description="Its key in `data` of tickets; it does not change.",
        examples=["serial_number"],
    ),
]
Language = Annotated[
    str, pydantic.Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")
]
Label = Annotated[SingleLine, pydantic.Field(min_length=1, max_length=80)]
Option = Annotated[SingleLine, pydantic.Field(min_length=1, max_length=100)]
TicketTypes = Annotated[
    list[TicketType],
    pydantic.Field(min_length=1, max_length=20, description="Which tickets have it."),
]
Options = Annotated[
    list[Option],
    pydantic.Field(
        max_length=100, description="Of `choice` and `choices`: the values."
    ),
]
PatternText = Annotated[
    Storable,
    pydantic.Field(
        max_length=100,
        description="Of `pattern`: what a value matches from its first to its last"
        " character. At most 20 parts: ASCII letters, digits, spaces and `_/:,#@=-`;"
        " other punctuation after a backslash; classes such as `[A-Z0-9_]`; each"
        " followed by nothing, `?`, `{m}` or `{m,n}` up to 99.",
        examples=["[A-Z]{2}-[0-9]{4,8}"],
    ),
]
RequiredToCreate = Annotated[
    StrictBool, pydantic.Field(description="No ticket is opened without it.")
]
RequiredToSolve = Annotated[
    StrictBool, pydantic.Field(description="No ticket is solved without it.")
]
Filterable = Annotated[
    StrictBool, pydantic.Field(description="Lists filter and sort by it.")
]
Rank = Annotated[
    StrictInt,
    pydantic.Field(ge=0, le=32767, description="Order in forms, then by key."),
]


class FieldType(StrEnum):
    """What the values of a field are.

    `choices` are several of its options; a `person` is given by id.
    """

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    PATTERN = "pattern"
    PERSON = "person"


class Audience(StrEnum):
    """Everybody who sees a ticket, or those alone who read its notes."""

    CUSTOMERS = "customers"
    STAFF = "staff"


class FieldLabels(Command):
    """What a field and its options are called in a language."""

    agent_label: Label
    customer_label: Label
    options: dict[Option, Label] = pydantic.Field(
        default_factory=dict, description="By option; those left out are as they are."
    )


LabelsByLanguage = Annotated[
    dict[Language, FieldLabels],
    pydantic.Field(
        max_length=50,
        description="By language, a tag such as `de` or `pt-BR`; replaced as a whole.",
        examples=[
            {
                "de": {
                    "agent_label": "Größe",
                    "customer_label": "Welche Größe?",
                    "options": {"small": "klein"},
                }
            }
        ],
    ),
]


class FieldDraft(Command):
    """A field to define."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "serial_number",
                    "type": "pattern",
                    "pattern": "[A-Z]{2}-[0-9]{4,8}",
                    "agent_label": "Serial number",
                    "customer_label": "Number on the frame",
                    "ticket_types": ["incident", "problem"],
                    "filterable": True,
                }
            ]
        }
    )

    key: FieldKey
    type: FieldType
    agent_label: Label
    customer_label: Label | None = pydantic.Field(
        default=None, description="Left out, that of staff."
    )
    ticket_types: TicketTypes | None = pydantic.Field(
        default=None, description="Which tickets have it; left out, all."
    )
    options: Options = pydantic.Field(default_factory=list)
    pattern: PatternText | None = None
    required_to_create: RequiredToCreate = False
    required_to_solve: RequiredToSolve = False
    visible_to: Audience = Audience.CUSTOMERS
    editable_by: Audience | None = pydantic.Field(
        default=None, description="Left out, whoever sees it."
    )
    filterable: Filterable = False
    position: Rank | None = pydantic.Field(default=None, description="Left out, last.")
    labels: LabelsByLanguage = pydantic.Field(default_factory=dict)


class FieldChange(Change):
    """A change to a field; what is left out stays, so it has no default to show."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    agent_label: Label = pydantic.Field(default_factory=str)
    customer_label: Label = pydantic.Field(default_factory=str)
    labels: LabelsByLanguage = pydantic.Field(default_factory=dict)
    ticket_types: TicketTypes = pydantic.Field(default_factory=list)
    options: Options = pydantic.Field(default_factory=list)
    pattern: PatternText = pydantic.Field(default_factory=str)
    required_to_create: RequiredToCreate = pydantic.Field(default_factory=bool)
    required_to_solve: RequiredToSolve = pydantic.Field(default_factory=bool)
    visible_to: Audience = pydantic.Field(default_factory=lambda: Audience.CUSTOMERS)
    editable_by: Audience = pydantic.Field(default_factory=lambda: Audience.CUSTOMERS)
    filterable: Filterable = pydantic.Field(default_factory=bool)
    active: StrictBool = pydantic.Field(
        default_factory=bool,
        description="Switched off, its values stay, and nobody sets or changes them.",
    )
    position: Rank = pydantic.Field(default_factory=int)


class Field(Model):
    """A custom field of tickets, as the reader may see it."""

    key: str
    type: FieldType
    label: str = pydantic.Field(description="For the reader: staff's or customers'.")
    agent_label: str | None = pydantic.Field(
        default=None, description="For staff; null for everybody else."
    )
    customer_label: str
    option_labels: dict[str, str] = pydantic.Field(
        default_factory=dict, description="By option, what the reader knows it as."
    )
    labels: dict[str, FieldLabels] | None = pydantic.Field(
        default=None, description="In all languages; for who manages fields."
    )
    ticket_types: list[TicketType]
    options: list[str]
    pattern: str | None
    required_to_create: bool
    required_to_solve: bool
    visible_to: Audience
    editable_by: Audience
    filterable: bool
    active: bool
    position: int
    version: int
    created_at: datetime
    updated_at: datetime
