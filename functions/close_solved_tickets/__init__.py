"""Close tickets that were solved long enough ago."""
