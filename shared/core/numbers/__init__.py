"""Numbers that keep every digit."""

from .numbers import as_number, mark_numbers, storable_number, unmark_numbers

__all__ = ["as_number", "mark_numbers", "storable_number", "unmark_numbers"]
