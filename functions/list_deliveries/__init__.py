"""List the deliveries of a webhook."""
