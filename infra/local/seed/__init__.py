"""Enter the demonstration: a small help desk, described in `demonstration.yaml`."""

from .loader import people, seed

__all__ = ["people", "seed"]
