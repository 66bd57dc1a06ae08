"""Send what endpoints are owed."""
