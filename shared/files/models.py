"""A file as the worker that checks it is given it."""

from uuid import UUID

from shared.core.types import Model


class FileToCheck(Model):
    """An uploaded file, with what its uploader has said of it."""

    id: UUID
    object_name: str
    name: str
    content_type: str
    size: int
    sha256: str | None = None
