"""Enqueue missed events again."""
