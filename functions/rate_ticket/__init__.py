"""Rate a solved ticket."""
