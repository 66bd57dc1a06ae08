"""Correlation ids and metrics of a running deployment."""

from .correlation import CORRELATION_HEADER, correlation_id, correlation_scope
from .metrics import Unit, measure

__all__ = [
    "CORRELATION_HEADER",
    "Unit",
    "correlation_id",
    "correlation_scope",
    "measure",
]
