"""List queues with live counts."""
