"""The routes of Auth, by who may call them."""

from . import account, admin, discovery, entrance

TABLES = (discovery.routes, entrance.routes, account.routes, admin.routes)

__all__ = ["TABLES"]
