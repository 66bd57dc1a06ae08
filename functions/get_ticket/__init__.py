"""Look at one ticket."""
