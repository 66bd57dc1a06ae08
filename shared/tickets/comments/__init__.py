"""Comments on tickets, and the lease of whoever is replying."""

from .leases import LeaseClaim, ReplyLease, ReplyLeaseRepository, ReplyLeases
from .models import AddedComment, Comment, CommentDraft, CommentRef
from .repository import CommentRepository, Comments

__all__ = [
    "AddedComment",
    "Comment",
    "CommentDraft",
    "CommentRef",
    "CommentRepository",
    "Comments",
    "LeaseClaim",
    "ReplyLease",
    "ReplyLeaseRepository",
    "ReplyLeases",
]
