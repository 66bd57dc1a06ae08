"""People and what their roles allow."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import Command, Model, SingleLine

RoleKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class QueueRef(Model):
    """A queue, named."""

    id: UUID
    key: str
    name: str


class PersonKind(StrEnum):
    """Whether a person is a human, or a program."""

    HUMAN = "human"
    MACHINE = "machine"


class Person(Model):
    """Somebody who writes to the desk or works at it, with an account or without."""

    id: UUID
    name: str
    email: str | None = Field(
        description="Null while it is unconfirmed, or when somebody else has it."
    )
    organization_id: UUID | None
    organization_name: str | None = None
    kind: PersonKind = PersonKind.HUMAN
    deactivated_at: datetime | None = Field(
        default=None, description="Since when they may do nothing any more."
    )
    roles: list[str]


class Me(Person):
    """The caller, with rights as they are at this moment."""

    language: str | None = None
    time_zone: str | None = None
    permissions: list[str]
    queues: list[QueueRef]
    unread_notifications: int = Field(
        default=0, description="Of 1,000 and more: 1,000."
    )
    session_expires_at: datetime


class Role(Model):
    """A named set of permissions."""

    role: str
    name: str
    built_in: bool
    permissions: list[str]
    version: int


class Permission(Model):
    """Something that a role may allow."""

    permission: str = Field(examples=["tickets.reply"])
    meaning: str = Field(examples=["Answer tickets in public."])


class RoleDefinition(Command):
    """What a role is to be called and to allow."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Triager", "permissions": ["tickets.read", "tickets.assign"]}
            ]
        }
    )

    name: Annotated[SingleLine, Field(min_length=1, max_length=80)]
    permissions: list[SingleLine] = Field(max_length=100)
