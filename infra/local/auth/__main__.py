"""Serve Auth: `python -m infra.local.auth`, configured by the environment."""

import os

from infra.local.serving import serve

from . import Settings, create_app

settings = Settings.load(os.environ)
serve(create_app(settings), settings.port)
