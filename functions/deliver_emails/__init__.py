"""Send the mail that waits."""
