"""The service levels of a ticket as a pure function of its log."""

from .log import (
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
from .timeline import MetricTimeline, open_parts, timeline

__all__ = [
    "Commented",
    "Entry",
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
    "open_parts",
    "timeline",
]
