"""Explain who can see a ticket."""
