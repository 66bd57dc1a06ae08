"""Notifications, and who wants which of them how."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.core.events import EventType
from shared.core.types import Command, Model, Page, StrictBool


class Notification(Model):
    """A notification about one event."""

    id: UUID
    event_id: UUID
    ticket_id: UUID
    ticket_number: int
    ticket_subject: str
    type: EventType
    actor_id: UUID | None
    actor_name: str | None
    created_at: datetime
    read_at: datetime | None


class Inbox(Page[Notification]):
    """A page of notifications, newest first."""

    unread: int = Field(description="Unread ones of all pages, counted to 1000.")


class Unread(Model):
    """How many notifications are unread."""

    unread: int = Field(description="Unread notifications, counted to 1000.")


class Reading(Command):
    """What has been read: some notifications, or everything up to one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"up_to": "0b9c7c1e-6f0f-4ad5-8a1a-0a4c8a1d7f55"}]
        }
    )

    ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = None
    up_to: UUID | None = Field(
        default=None, description="The newest one that was seen; older ones are too."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.up_to is None):
            raise ValueError("send either ids or up_to")
        return self


class Preference(Command):
    """How to be notified of one type of event."""

    type: EventType
    in_app: StrictBool = Field(description="Whether it comes to the list.")
    email: StrictBool = Field(description="Whether it comes by mail.")


class Preferences(Command):
    """All preferences; a type that is not named follows the default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"type": "TICKET_ASSIGNED", "in_app": True, "email": True}]}
            ]
        }
    )

    items: list[Preference] = Field(max_length=50)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({item.type for item in self.items}) < len(self.items):
            raise ValueError("name each type once")
        return self


class QueuePreference(Command):
    """How to be notified of new tickets in one queue."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"in_app": True, "email": False}]}
    )

    in_app: StrictBool = Field(description="Whether they come to the list.")
    email: StrictBool = Field(description="Whether they come by mail.")
