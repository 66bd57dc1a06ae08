"""The API gateway: keys become roles, and three services share one address."""

from .app import create_app

__all__ = ["create_app"]
