"""Change fields of a ticket."""
