"""Rotate a webhook's secret, test it, and replay deliveries."""
