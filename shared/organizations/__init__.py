"""Organizations: companies and households that customers belong to."""

from .models import (
    Member,
    Organization,
    OrganizationChange,
    OrganizationDraft,
    OrganizationName,
)
from .ports import OrganizationReader, OrganizationWriter
from .repository import OrganizationRepository

__all__ = [
    "Member",
    "Organization",
    "OrganizationChange",
    "OrganizationDraft",
    "OrganizationName",
    "OrganizationReader",
    "OrganizationRepository",
    "OrganizationWriter",
]
