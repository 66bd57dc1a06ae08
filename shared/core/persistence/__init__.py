"""The database, Auth and Storage: the only package that talks to Supabase."""

from .accounts import Account, Accounts, AuthAccounts, Session
from .database import Database, PostgrestDatabase, open_database
from .storage import (
    FileGone,
    SignedAddresses,
    StorageAddresses,
    StoredFiles,
    open_files,
)
from .worker import open_worker_database

__all__ = [
    "Account",
    "Accounts",
    "AuthAccounts",
    "Database",
    "FileGone",
    "PostgrestDatabase",
    "Session",
    "SignedAddresses",
    "StorageAddresses",
    "StoredFiles",
    "open_database",
    "open_files",
    "open_worker_database",
]
