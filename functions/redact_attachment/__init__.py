"""Redact a file of a ticket."""
