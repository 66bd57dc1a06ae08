"""Say who may do what."""
