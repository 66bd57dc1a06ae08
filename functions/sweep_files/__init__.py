"""Remove files that nobody will use."""
