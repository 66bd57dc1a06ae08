"""The database: the only package that talks to Supabase."""

from .auth_admin import AuthAdmin
from .database import Database, PostgrestDatabase, open_database
from .worker import open_worker_database

__all__ = [
    "AuthAdmin",
    "Database",
    "PostgrestDatabase",
    "open_database",
    "open_worker_database",
]
