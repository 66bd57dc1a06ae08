"""Read the status of a queue."""
