"""Organizations: companies and households that customers belong to."""

from .models import (
    Organization,
    OrganizationChange,
    OrganizationDraft,
    OrganizationMember,
    OrganizationName,
    OrganizationPage,
)
from .ports import OrganizationReader, OrganizationWriter
from .repository import OrganizationRepository

__all__ = [
    "Organization",
    "OrganizationChange",
    "OrganizationDraft",
    "OrganizationMember",
    "OrganizationName",
    "OrganizationPage",
    "OrganizationReader",
    "OrganizationRepository",
    "OrganizationWriter",
]
