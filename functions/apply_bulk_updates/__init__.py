"""Apply bulk updates in the background."""
