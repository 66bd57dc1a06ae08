"""Let administrators send events to other systems."""
