"""Check files that were uploaded."""
