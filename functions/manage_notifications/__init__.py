"""Read notifications, and choose how to be notified."""
