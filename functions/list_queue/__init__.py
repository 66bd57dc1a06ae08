"""List the tickets of a queue."""
