"""Manage webhook endpoints."""
