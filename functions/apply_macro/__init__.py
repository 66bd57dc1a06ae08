"""Apply a macro to a ticket."""
