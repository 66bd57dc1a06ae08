"""Taking the words out of a comment."""
