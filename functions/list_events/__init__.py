"""Follow the event feed."""
