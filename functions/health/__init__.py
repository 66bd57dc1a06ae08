"""Check that the API and the database answer."""
