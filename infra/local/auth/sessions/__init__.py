"""Sessions and the tokens that prove them."""

from .rotation import ReusedToken, revoke_family
from .sessions import SIGN_OUT, exists, open_session, refresh, sign_out
from .tokens import Tokens

__all__ = [
    "SIGN_OUT",
    "ReusedToken",
    "Tokens",
    "exists",
    "open_session",
    "refresh",
    "revoke_family",
    "sign_out",
]
