"""Broadcast changed queue status."""
