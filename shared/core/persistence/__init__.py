"""The database: the only package that talks to Supabase."""

from .database import Database, PostgrestDatabase, open_database
from .worker import open_worker_database

__all__ = ["Database", "PostgrestDatabase", "open_database", "open_worker_database"]
