"""Follow tickets, and let others follow them."""
