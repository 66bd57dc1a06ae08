"""Claims and assignments by many at once, while others get in their way."""
