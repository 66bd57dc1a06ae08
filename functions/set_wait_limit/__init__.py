"""Say how long tickets of a queue may wait."""
