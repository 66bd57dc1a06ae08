"""What every subject stands on; each package is entered through its own barrel."""
