"""Manage machine users and their secrets."""
