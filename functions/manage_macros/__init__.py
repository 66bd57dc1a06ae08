"""Save, share, change and delete macros."""
