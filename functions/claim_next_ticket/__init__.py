"""Claim the next free ticket."""
