"""Read what one was told, and say how to be told."""
