"""Hold a ticket for one's reply."""
