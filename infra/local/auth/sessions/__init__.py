"""Sessions and the tokens that prove them."""

from .opening import Scope, exists, open_session, refresh, sign_out
from .rotation import ReusedToken, revoke_family
from .tokens import Tokens

__all__ = [
    "ReusedToken",
    "Scope",
    "Tokens",
    "exists",
    "open_session",
    "refresh",
    "revoke_family",
    "sign_out",
]
