"""The whole desk on one machine: real parts wherever a registry ships them."""
