"""What administrators set of the desk itself, and the audit of all that they do."""

from .audit import Audit, AuditAction, AuditEntry, AuditRepository
from .settings import Setting, SettingList, SettingRepository, Settings, SettingsChange

__all__ = [
    "Audit",
    "AuditAction",
    "AuditEntry",
    "AuditRepository",
    "Setting",
    "SettingList",
    "SettingRepository",
    "Settings",
    "SettingsChange",
]
