"""List the topics of Realtime to join."""
