"""Write the words that are searched anew."""
