"""Claims and assignments by many at once, while others disturb them."""
