"""Find the events that nobody reacted to."""
