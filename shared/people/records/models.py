"""A person's record, as it is read, drafted and changed."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import Address, Change, Command, SingleLine
from shared.people import Person, RoleKey

PersonName = Annotated[
    SingleLine, Field(min_length=1, max_length=120, examples=["Ada Byron"])
]
Language = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
        description="Which language to write to them in; null: the deployment's.",
        examples=["pt-BR"],
    ),
]
TimeZone = Annotated[
    SingleLine,
    Field(
        min_length=1,
        max_length=60,
        description="In which time zone to show them times; null: the deployment's.",
        examples=["Europe/Berlin"],
    ),
]


class Invitation(StrEnum):
    """How far an invitation has come: not sent yet, sent, or accepted."""

    PENDING = "pending"
    SENT = "sent"
    ACCEPTED = "accepted"


class PersonRecord(Person):
    """Everything about a person that staff may know."""

    language: str | None
    time_zone: str | None
    merged_into: UUID | None = Field(
        description="Whose second record this was, if it was merged."
    )
    invitation: Invitation | None = Field(
        description="`pending`: send it by `POST /v1/people/{person}/invitation`."
        " `accepted`: they have an account. Null: nobody can be invited by it."
    )
    duplicates: list[UUID] = Field(
        description="Other people with the address that this one signs in with."
    )
    created_at: datetime
    version: int


class PersonDraft(Command):
    """A person to enter and to invite."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"email": "ada@example.com", "name": "Ada Byron", "roles": ["agent"]}
            ]
        }
    )

    email: Address
    name: PersonName
    roles: list[RoleKey] = Field(default=["customer"], max_length=20)
    organization_id: UUID | None = None


class PersonChange(Change):
    """A change to a person; what is left out stays, so it has no default to show."""

    name: PersonName = Field(default_factory=str)
    organization_id: UUID | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None


class MergeTarget(Command):
    """Whose second record it is."""

    into: UUID = Field(
        description="The person who stays.",
        examples=["7d3d2e0c-2b1f-4c5e-9a53-0f1de7a3a1b4"],
    )
