"""Work bulk updates off."""
