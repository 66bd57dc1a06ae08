"""Let administrators look at what webhooks were sent."""
