"""Who is at the door: read here, believed only by the database."""

from .bearer import AccessToken, Authenticator, BearerAuthenticator

__all__ = ["AccessToken", "Authenticator", "BearerAuthenticator"]
