"""Change the status of a ticket."""
