"""Enter and invite people, change, deactivate and merge them."""
