"""Add a comment to a ticket."""
