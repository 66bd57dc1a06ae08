"""Redact a comment."""
