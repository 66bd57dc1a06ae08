"""How the desk is doing, in numbers that say nothing of anybody."""

from .gauges import Gauges, Lag, QueueGauge

__all__ = ["Gauges", "Lag", "QueueGauge"]
