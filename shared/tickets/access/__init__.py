"""Who can see a ticket and why, and who follows it."""

from .explanations import (
    Access,
    AccessReader,
    AccessRepository,
    AccessRule,
    AccessRuleName,
)
from .followers import (
    Follower,
    FollowerDraft,
    FollowerRef,
    FollowerRepository,
    Followers,
)

__all__ = [
    "Access",
    "AccessReader",
    "AccessRepository",
    "AccessRule",
    "AccessRuleName",
    "Follower",
    "FollowerDraft",
    "FollowerRef",
    "FollowerRepository",
    "Followers",
]
