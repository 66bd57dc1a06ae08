"""Hold the reply lease of a ticket."""
