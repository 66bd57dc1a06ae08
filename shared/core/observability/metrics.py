"""Metrics for CloudWatch, each a line of the log in its embedded metric format.

No call, no client, and no price while nothing happens.
"""

import os
from collections.abc import Mapping
from enum import StrEnum

from .correlation import correlation_id


class Unit(StrEnum):
    """What CloudWatch calls it."""

    COUNT = "Count"
    SECONDS = "Seconds"


def measure(values: Mapping[str, tuple[Unit, float]], **dimensions: str) -> None:
    """Write metrics to the log, with the correlation id of the current scope.

    Args:
        values: unit and number by name.
        dimensions: what CloudWatch tells them apart by; few and lasting, never a
            person or a ticket.
    """
    # Functions that measure nothing need not pay for the import.
    from aws_lambda_powertools.metrics import EphemeralMetrics

    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "AutoCRM")
    metrics = EphemeralMetrics(namespace=namespace)
    for name, (unit, value) in values.items():
        metrics.add_metric(name=name, unit=unit.value, value=value)
    for name, text in dimensions.items():
        metrics.add_dimension(name=name, value=text)
    if current := correlation_id():
        metrics.add_metadata(key="correlation_id", value=current)
    metrics.flush_metrics()
