"""Work through a queue."""
