"""Serve the gateway: `python -m infra.local.edge`, configured by the environment."""

import os

from aiohttp import web

from . import create_app

web.run_app(
    create_app(os.environ),
    host="127.0.0.1",
    port=int(os.environ.get("PORT", "54321")),
    print=None,
    access_log=None,
)
