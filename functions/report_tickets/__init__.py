"""Report on tickets."""
