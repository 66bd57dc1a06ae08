"""Plants faults, one at a time in a copy of the checkout, and says which are found."""
