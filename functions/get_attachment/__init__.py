"""Return a file of a ticket, with where to download it."""
