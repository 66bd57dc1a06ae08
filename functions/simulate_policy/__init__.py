"""Try a policy on the tickets of the last days."""
