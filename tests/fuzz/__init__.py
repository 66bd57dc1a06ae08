"""Every route, sent what its document allows and what it forbids, as everybody."""
