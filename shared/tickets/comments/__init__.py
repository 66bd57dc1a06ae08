"""Comments on tickets, and the lease of whoever is replying."""

from .leases import LeaseClaim, ReplyLease, ReplyLeaseRepository, ReplyLeases
from .models import (
    AddedComment,
    Comment,
    CommentCorrection,
    CommentDraft,
    CommentRef,
    FormerBody,
)
from .repository import CommentRepository, Comments

__all__ = [
    "AddedComment",
    "Comment",
    "CommentCorrection",
    "CommentDraft",
    "CommentRef",
    "CommentRepository",
    "Comments",
    "FormerBody",
    "LeaseClaim",
    "ReplyLease",
    "ReplyLeaseRepository",
    "ReplyLeases",
]
