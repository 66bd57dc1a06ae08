"""A small Supabase Auth: e-mail and password, sessions, administration of users.

What the official clients' normal flows use, in the real service's words; no second
factors, phones, social providers or anonymous users.
"""

from .app import create_app
from .settings import Settings

__all__ = ["Settings", "create_app"]
