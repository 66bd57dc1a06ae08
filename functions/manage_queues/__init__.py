"""Keep queues and their people."""
