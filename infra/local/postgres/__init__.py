"""Real PostgreSQL 17, bootstrapped like a hosted Supabase project."""

from .bootstrap import connected
from .cluster import SUPERUSER, Cluster
from .migrations import MigrationFailed, files_of, history, is_same, migrate
from .server import NODE_MODULES, MissingPostgres

__all__ = [
    "NODE_MODULES",
    "SUPERUSER",
    "Cluster",
    "MigrationFailed",
    "MissingPostgres",
    "connected",
    "files_of",
    "history",
    "is_same",
    "migrate",
]
