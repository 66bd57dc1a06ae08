"""A small Supabase Realtime: broadcast, from the database too, and presence.

Private channels ask the row policies on `realtime.messages`. Changes of tables
(`postgres_changes`) and replay are not offered.
"""

from .app import create_app

__all__ = ["create_app"]
