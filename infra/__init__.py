"""What runs the functions: the local stack, locks and deploy notes."""
