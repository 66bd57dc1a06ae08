"""Settings from the environment, by section: what differs between deployments."""

from .sections import (
    AwsSettings,
    EventBusSettings,
    EventQueueSettings,
    HookSettings,
    JobQueueSettings,
    MailSettings,
    MissingSetting,
    Settings,
    SourceSettings,
    SupabaseSettings,
    WebhookSettings,
    WorkerFunctions,
    WorkerSettings,
)

__all__ = [
    "AwsSettings",
    "EventBusSettings",
    "EventQueueSettings",
    "HookSettings",
    "JobQueueSettings",
    "MailSettings",
    "MissingSetting",
    "Settings",
    "SourceSettings",
    "SupabaseSettings",
    "WebhookSettings",
    "WorkerFunctions",
    "WorkerSettings",
]
