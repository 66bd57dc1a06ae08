"""Files that hang on the comments of a ticket."""

from .models import (
    AnnouncedFile,
    Attachment,
    AttachmentState,
    DownloadableFile,
    FileDraft,
    StoredFile,
)
from .repository import AttachmentRepository, Attachments

__all__ = [
    "AnnouncedFile",
    "Attachment",
    "AttachmentRepository",
    "AttachmentState",
    "Attachments",
    "DownloadableFile",
    "FileDraft",
    "StoredFile",
]
