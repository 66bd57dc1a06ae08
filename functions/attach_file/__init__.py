"""Announce a file for a ticket."""
