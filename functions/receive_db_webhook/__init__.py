"""Hear of a change from the database."""
