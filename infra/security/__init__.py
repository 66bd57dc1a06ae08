"""Checks before a release: dependencies, leaked secrets, bill of materials."""
