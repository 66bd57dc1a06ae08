"""List dead letters, and retry them."""
