"""Execution environments: real `awslambdaric` processes, pooled by function."""

from .environment import FunctionError
from .launch import Launch
from .pool import Pool

__all__ = ["FunctionError", "Launch", "Pool"]
