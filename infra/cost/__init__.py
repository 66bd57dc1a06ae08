"""What a month costs, and which limit comes first: `make cost`."""
