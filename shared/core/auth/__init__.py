"""Bearer tokens and signatures: read here, believed only by the database."""

from .bearer import AccessToken, Authenticator, BearerAuthenticator
from .signatures import accept_proof, source_headers, verify_hook

__all__ = [
    "AccessToken",
    "Authenticator",
    "BearerAuthenticator",
    "accept_proof",
    "source_headers",
    "verify_hook",
]
