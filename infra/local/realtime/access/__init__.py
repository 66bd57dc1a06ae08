"""Check who may connect, listen and send: tokens and row policies."""

from .claims import Claims, TokenRefused, Verifier
from .policies import EXTENSIONS, Policies

__all__ = ["EXTENSIONS", "Claims", "Policies", "TokenRefused", "Verifier"]
