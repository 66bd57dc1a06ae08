"""The fan-out while the parts that it stands on are killed."""
