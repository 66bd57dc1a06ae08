"""Reply leases: whose turn it is to answer a ticket."""

from .leases import LeaseClaim, LeaseKeeper, ReplyLease, ReplyLeases

__all__ = ["LeaseClaim", "LeaseKeeper", "ReplyLease", "ReplyLeases"]
