"""Manage roles, and look people up."""
