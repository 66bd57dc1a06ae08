"""Manage the settings of the desk."""
