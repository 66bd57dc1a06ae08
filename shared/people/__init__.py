"""People, their roles, and agents with their availability."""

from .models import Me, Person, PersonKind, QueueRef, Role, RoleDefinition, RoleKey
from .ports import PeopleReader, Roles
from .repository import PeopleRepository, RoleRepository

__all__ = [
    "Me",
    "PeopleReader",
    "PeopleRepository",
    "Person",
    "PersonKind",
    "QueueRef",
    "Role",
    "RoleDefinition",
    "RoleKey",
    "RoleRepository",
    "Roles",
]
