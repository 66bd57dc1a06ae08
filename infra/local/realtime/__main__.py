"""Serve Realtime: `python -m infra.local.realtime`, configured by the environment."""

import os

from infra.local.serving import serve

from . import create_app

serve(create_app(os.environ), int(os.environ["PORT"]))
