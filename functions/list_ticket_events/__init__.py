"""List the events of a ticket."""
