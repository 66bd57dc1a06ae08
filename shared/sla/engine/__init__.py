"""The service levels of a ticket as a pure function of its log."""

from .intervals import Interval, IntervalKind, intervals
from .log import (
    BreachRecorded,
    Commented,
    Entry,
    MergedAway,
    Opened,
    PolicyChanged,
    PriorityChanged,
    StatusChanged,
)
from .policies import Metric, Policy, Terms
from .runs import Run, State
from .timeline import MetricTimeline, timeline

__all__ = [
    "BreachRecorded",
    "Commented",
    "Entry",
    "Interval",
    "IntervalKind",
    "MergedAway",
    "Metric",
    "MetricTimeline",
    "Opened",
    "Policy",
    "PolicyChanged",
    "PriorityChanged",
    "Run",
    "State",
    "StatusChanged",
    "Terms",
    "intervals",
    "timeline",
]
