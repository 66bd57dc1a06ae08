"""Do what happens to tickets by time alone."""
