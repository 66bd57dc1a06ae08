"""Correct one's own comment."""
