"""List one's own tickets."""
