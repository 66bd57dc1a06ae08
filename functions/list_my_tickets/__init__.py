"""What concerns me."""
