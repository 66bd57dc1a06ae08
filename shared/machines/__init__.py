"""Machine users: programs that use the API, and how they get tokens."""

from .models import (
    Machine,
    MachineChange,
    MachineCredentials,
    MachineDraft,
    MachineSecret,
    NewMachine,
    SecretDraft,
)
from .ports import MachineAccounts, MachineSecrets, MachineUsers
from .repository import MachineAccountRepository, MachineRepository

__all__ = [
    "Machine",
    "MachineAccountRepository",
    "MachineAccounts",
    "MachineChange",
    "MachineCredentials",
    "MachineDraft",
    "MachineRepository",
    "MachineSecret",
    "MachineSecrets",
    "MachineUsers",
    "NewMachine",
    "SecretDraft",
]
