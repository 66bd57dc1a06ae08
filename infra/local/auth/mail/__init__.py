"""One-time tokens that are sent by email, and the mailbox that keeps the emails."""

from .links import Redirects, link, redirected
from .mailbox import Mailbox
from .one_time import INVITE, MAGIC_LINK, RECOVERY, SIGN_UP, Kind, Token, issue, redeem

__all__ = [
    "INVITE",
    "MAGIC_LINK",
    "RECOVERY",
    "SIGN_UP",
    "Kind",
    "Mailbox",
    "Redirects",
    "Token",
    "issue",
    "link",
    "redeem",
    "redirected",
]
