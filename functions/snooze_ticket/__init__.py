"""Snooze a ticket."""
