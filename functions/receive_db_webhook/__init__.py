"""Receive webhooks of the database."""
