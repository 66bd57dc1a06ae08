"""Report how service levels were kept."""
