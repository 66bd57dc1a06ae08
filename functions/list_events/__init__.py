"""Follow everything one may see."""
