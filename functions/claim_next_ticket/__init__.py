"""Take what comes next."""
