"""Send the email that is due."""
