"""Background jobs: which are due, and the queue that triggers their workers."""

from .jobs import DueJobRepository, DueJobs, Job
from .queue import JobTrigger, coalesced_triggers, open_job_trigger, read_job_message
from .workers import StartWorker, invoke, open_workers

__all__ = [
    "DueJobRepository",
    "DueJobs",
    "Job",
    "JobTrigger",
    "StartWorker",
    "coalesced_triggers",
    "invoke",
    "open_job_trigger",
    "open_workers",
    "read_job_message",
]
