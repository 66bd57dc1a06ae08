"""Move a ticket one step."""
