"""What stands in for PostgREST and for AWS."""

from .aws import EVENT_QUEUE, JOB_QUEUE, SETTINGS, FakeAws, aws_error
from .extension import FakeExtension, fake_extension
from .postgrest import (
    NOT_FOUND,
    OUTAGE,
    VOID,
    FakePostgrest,
    fake_postgrest,
    refusal,
    rest_error,
)
from .results import in_turn

__all__ = [
    "EVENT_QUEUE",
    "JOB_QUEUE",
    "NOT_FOUND",
    "OUTAGE",
    "SETTINGS",
    "VOID",
    "FakeAws",
    "FakeExtension",
    "FakePostgrest",
    "aws_error",
    "fake_extension",
    "fake_postgrest",
    "in_turn",
    "refusal",
    "rest_error",
]
