"""Read what was said on a ticket."""
