"""What is looked at before a release: dependencies, leaks, bill of materials."""
