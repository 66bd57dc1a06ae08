"""Say who is there, and what they take."""
