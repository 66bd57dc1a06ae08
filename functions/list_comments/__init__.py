"""List the comments on a ticket."""
