"""Manage agents: availability, capacity and skills."""
