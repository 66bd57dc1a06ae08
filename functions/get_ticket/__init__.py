"""Read one ticket."""
