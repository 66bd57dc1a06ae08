"""Define the custom fields of tickets."""
