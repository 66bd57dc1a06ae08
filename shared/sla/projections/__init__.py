"""Due times that are kept, so that lists show them and sweeps find them."""

from .due_times import DueTimeRepository, DueTimes
from .projection import ProjectedRun, Projection, project
from .recompute import RecomputeRepository, Recomputes, SlaRecompute

__all__ = [
    "DueTimeRepository",
    "DueTimes",
    "ProjectedRun",
    "Projection",
    "RecomputeRepository",
    "Recomputes",
    "SlaRecompute",
    "project",
]
