"""The database and Auth: the only package that talks to Supabase."""

from .accounts import Account, Accounts, AuthAccounts, Session
from .database import Database, PostgrestDatabase, open_database
from .worker import open_worker_database

__all__ = [
    "Account",
    "Accounts",
    "AuthAccounts",
    "Database",
    "PostgrestDatabase",
    "Session",
    "open_database",
    "open_worker_database",
]
