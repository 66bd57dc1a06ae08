"""Enter the demonstration: a small help desk, described in `demonstration.yaml`."""

from .loader import seed

__all__ = ["seed"]
