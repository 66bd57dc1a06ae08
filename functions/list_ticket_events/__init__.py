"""Catch up with what happened to a ticket."""
