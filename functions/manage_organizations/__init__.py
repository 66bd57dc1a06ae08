"""Enter, change and delete organizations, and list their people."""
