"""Times that must fit each other, read where they stand: SQL, the template, Python."""
