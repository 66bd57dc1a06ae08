"""Look after events that nobody could react to."""
