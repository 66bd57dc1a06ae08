"""Fill in the values of fields that have become filterable."""
