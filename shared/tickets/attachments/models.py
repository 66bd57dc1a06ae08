"""Files of comments; their bytes go between people and Storage."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import Command, Model, SingleLine, Storable, StrictInt


class AttachmentState(StrEnum):
    """How far a file is."""

    ANNOUNCED = "announced"
    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"
    REDACTED = "redacted"


class FileDraft(Command):
    """A file to upload."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "scan.png", "size": 48213, "content_type": "image/png"}
            ]
        }
    )

    name: Annotated[SingleLine, Field(min_length=1, max_length=255)] = Field(
        description="Its name, without a path."
    )
    size: StrictInt = Field(ge=1, description="Its bytes, exactly.")
    content_type: Annotated[Storable, Field(min_length=3, max_length=255)] = Field(
        description="Its media type; upload it with the same `Content-Type`."
    )
    sha256: Annotated[Storable, Field(min_length=64, max_length=64)] | None = Field(
        default=None, description="In hexadecimal, to be compared with what arrives."
    )


class Attachment(Model):
    """A file as comments show it."""

    id: UUID
    name: str
    content_type: str
    size: int
    sha256: str | None = Field(
        default=None, description="As announced, and once it is `ready` as it is."
    )
    state: AttachmentState = Field(
        description="`announced` until it is uploaded, `checking` until it has passed"
        " or not: `ready` or `refused`; or `redacted`."
    )
    problem: str | None = Field(default=None, description="Why it was refused.")


class PlacedFile(Attachment):
    """A file, and where it hangs."""

    ticket_id: UUID
    comment_id: UUID | None


class StoredFile(PlacedFile):
    """A file, and its name in Storage while there is something to sign."""

    object_name: str | None


class AnnouncedFile(PlacedFile):
    """A file to upload."""

    upload_url: str | None = Field(
        description="Where to `PUT` the bytes, once, with their `Content-Type`, within"
        " two hours; null when they are there."
    )


class DownloadableFile(PlacedFile):
    """A file to download."""

    download_url: str | None = Field(
        description="Where to `GET` the bytes, within a minute; null unless it is"
        " `ready`."
    )
