"""Say in numbers how the desk is doing."""
