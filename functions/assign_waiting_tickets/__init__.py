"""Give out what waits."""
