"""What differs between a laptop, a preview and production."""

from .sections import MissingSetting, Settings, SupabaseSettings, WorkerSettings

__all__ = ["MissingSetting", "Settings", "SupabaseSettings", "WorkerSettings"]
