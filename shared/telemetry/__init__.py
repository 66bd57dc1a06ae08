"""What is known of a running desk: one trail a request, and numbers."""

from .meter import Unit, measure
from .trail import HEADER, follow, followed

__all__ = ["HEADER", "Unit", "follow", "followed", "measure"]
