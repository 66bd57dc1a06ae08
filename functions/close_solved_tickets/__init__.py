"""Close what has been solved long enough."""
