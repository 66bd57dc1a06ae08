"""Machine users, as created, changed and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr
from pydantic.config import JsonDict

from shared.core.types import Change, Command, Model, SingleLine, Timestamp

Name = Annotated[SingleLine, Field(min_length=1, max_length=80)]
Permissions = Annotated[
    list[SingleLine],
    Field(
        max_length=100,
        description="Exactly what it may do, nothing beyond your own permissions.",
    ),
]
ExpiresAt = Annotated[
    Timestamp | None, Field(description="When the secret ends; null for never.")
]


class MachineDraft(Command):
    """A machine user to create."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Nightly import",
                    "permissions": ["tickets.create", "tickets.read_all"],
                }
            ]
        }
    )

    name: Name
    permissions: Permissions
    expires_at: ExpiresAt = None


def _without_default(schema: JsonDict) -> None:
    """Leave the default out of the document: what is left out is not changed."""
    schema.pop("default", None)


class MachineChange(Change):
    """A change to a machine user; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Import"}]})

    name: Name = Field(default="", json_schema_extra=_without_default)
    permissions: Permissions = Field(default=[], json_schema_extra=_without_default)


class SecretDraft(Command):
    """A second secret to create, beside which the first ends later."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"old_secret_ends_at": "2099-01-31T09:00:00Z"}]}
    )

    expires_at: ExpiresAt = None
    old_secret_ends_at: Timestamp | None = Field(
        default=None, description="When the secret before it ends; default: in a day."
    )


class MachineSecret(Model):
    """A live secret, without what is secret."""

    id: UUID
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(
        description="When a token was last issued for it."
    )


class Machine(Model):
    """A machine user; as a person it has the same id."""

    id: UUID
    client_id: str
    name: str
    role: str | None = Field(description="Its role; null when it is revoked.")
    permissions: list[str]
    secrets: list[MachineSecret] = Field(description="At most two, the older first.")
    last_used_at: datetime | None
    created_by: UUID | None
    created_by_name: str | None
    created_at: datetime
    updated_at: datetime
    revoked_at: datetime | None
    version: int


class NewMachine(Machine):
    """A machine user with its new secret, which is shown this once."""

    client_secret: str = Field(description="Keep it: it is not listed.")


class MachineCredentials(Model):
    """With what Auth signs a machine user in."""

    email: str
    password: SecretStr
