"""Move the read marker of a ticket."""
