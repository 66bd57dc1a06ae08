"""Work through a saved view."""
