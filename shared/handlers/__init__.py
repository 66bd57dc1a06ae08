"""What Lambda calls: wrapped once for those who answer people, and once for workers."""

from .handlers import answering, working

__all__ = ["answering", "working"]
