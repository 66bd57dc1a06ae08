"""What a desk costs a month, and what it meets first as it grows: `make cost`."""

from .inputs import Compute, Inputs
from .limits import Limit, limits
from .money import Bill, bill
from .report import table
from .volume import Volume

__all__ = ["Bill", "Compute", "Inputs", "Limit", "Volume", "bill", "limits", "table"]
