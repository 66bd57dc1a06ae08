"""What a file must pass; apart from its neighbours, who need no signatures of types."""

from .checks import CHECKS, FileCheck, check

__all__ = ["CHECKS", "FileCheck", "check"]
