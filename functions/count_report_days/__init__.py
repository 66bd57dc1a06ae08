"""Count the days that reports are made of."""
