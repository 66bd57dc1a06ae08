"""Issue access tokens to machine users."""
