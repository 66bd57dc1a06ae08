"""See how a queue stands."""
