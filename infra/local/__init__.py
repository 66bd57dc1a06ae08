"""The whole stack on one machine: real servers wherever a registry ships them."""
