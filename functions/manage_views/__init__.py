"""Save, share, change and delete views."""
