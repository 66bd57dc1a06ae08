"""Redact a text of a ticket."""
