"""Start the workers of due jobs."""
