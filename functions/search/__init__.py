"""Search tickets and comments."""
