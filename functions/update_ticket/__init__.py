"""Change what a ticket says of itself."""
