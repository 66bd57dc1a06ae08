"""Serve Auth: `python -m infra.local.auth`, configured by the environment."""

import os

from aiohttp import web

from . import Settings, create_app

settings = Settings.load(os.environ)
web.run_app(
    create_app(settings),
    host="127.0.0.1",
    port=settings.port,
    print=None,
    access_log=None,
)
