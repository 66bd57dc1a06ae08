"""Give a ticket to somebody, or back to its queue."""
