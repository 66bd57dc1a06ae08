"""Filters of lists of tickets, as requests name them."""

from .query import FilterQuery

__all__ = ["FilterQuery"]
