"""AWS on one machine: Lambda, its HTTP API, queues and schedules from a template."""
