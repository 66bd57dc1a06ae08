"""The queues, with live counts."""
