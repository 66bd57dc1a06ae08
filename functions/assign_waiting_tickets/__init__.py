"""Assign waiting tickets to available agents."""
