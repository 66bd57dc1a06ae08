"""Say when a ticket is due, and why."""
