"""List the audit."""
