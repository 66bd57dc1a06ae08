"""Manage queues and their members."""
