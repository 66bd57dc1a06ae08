"""Assign a ticket, or put it back into its queue."""
