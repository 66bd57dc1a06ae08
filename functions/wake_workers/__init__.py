"""Wake whoever has work."""
