"""What use cases may ask about reports. Each method is one round trip.

Every method may raise `Unauthenticated`, `Denied`, `Invalid` and `Unavailable`.
"""

from typing import Protocol

from .models import Dimension, Period, VolumeReport, WorkloadReport


class Reports(Protocol):
    """Reading reports."""

    def volume(self, by: Dimension, period: Period) -> VolumeReport:
        """Return how many tickets came and went."""
        ...

    def workload(self, by: Dimension, period: Period) -> WorkloadReport:
        """Return how much was done."""
        ...
