"""List the tickets of a saved view."""
