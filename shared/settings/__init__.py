"""What differs between a laptop, a preview and production."""

from .sections import (
    AwsSettings,
    EventQueueSettings,
    FanOutSettings,
    HookSettings,
    MailSettings,
    MissingSetting,
    Settings,
    SourceSettings,
    SupabaseSettings,
    WakeSettings,
    WebhookSettings,
    WorkerFunctions,
    WorkerSettings,
)

__all__ = [
    "AwsSettings",
    "EventQueueSettings",
    "FanOutSettings",
    "HookSettings",
    "MailSettings",
    "MissingSetting",
    "Settings",
    "SourceSettings",
    "SupabaseSettings",
    "WakeSettings",
    "WebhookSettings",
    "WorkerFunctions",
    "WorkerSettings",
]
