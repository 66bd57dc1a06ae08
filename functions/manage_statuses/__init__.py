"""Manage the statuses of tickets."""
