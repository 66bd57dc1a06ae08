"""Say when teams work."""
