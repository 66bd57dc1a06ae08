"""Change many tickets at once."""
