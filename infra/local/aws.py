"""Serve the AWS stand-in, moto: `python -m infra.local.aws PORT`.

As `python -m moto.server` does, and refuses what a foreign page sends: moto has no
keys, and lets every page read its responses.
"""

import os
import signal
import sys

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

from .locality import local_wsgi
from .ports import HOST


def main(port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    os.environ["MOTO_PORT"] = str(port)  # its addresses of queues name it
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: sys.exit(0))
    app = DomainDispatcherApplication(create_backend_app)
    run_simple(
        HOST, port, local_wsgi(app), threaded=True, request_handler=MotoRequestHandler
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
