"""Say something on a ticket."""
