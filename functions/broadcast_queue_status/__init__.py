"""Tell those who watch how queues stand."""
