"""People, their roles, and agents with their availability."""

from .models import (
    Me,
    Permission,
    Person,
    PersonKind,
    QueueRef,
    Role,
    RoleDefinition,
    RoleKey,
)
from .ports import PeopleReader, Permissions, Roles
from .repository import PeopleRepository, RoleRepository

__all__ = [
    "Me",
    "PeopleReader",
    "PeopleRepository",
    "Permission",
    "Permissions",
    "Person",
    "PersonKind",
    "QueueRef",
    "Role",
    "RoleDefinition",
    "RoleKey",
    "RoleRepository",
    "Roles",
]
