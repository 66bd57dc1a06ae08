"""From a checkout to a desk in the cloud, and back: `make deploy`, `make rollback`."""
