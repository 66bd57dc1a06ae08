"""Send the webhook deliveries that are due."""
