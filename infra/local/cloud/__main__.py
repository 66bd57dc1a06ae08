"""Run a template's functions: `python -m infra.local.cloud --template template.yaml`.

`AUTOCRM_PARAMETERS` holds the template's parameter values as a JSON object, and
`AUTOCRM_SECRETS` what its Parameter Store is to hold; on the command line every user of
the machine could read them.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
from pathlib import Path

from .assembly import Settings, assemble, start_sources

log = logging.getLogger("cloud")


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    asyncio.run(_serve(_settings()))


async def _serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    gateway = assemble(settings)
    await start_sources(gateway, settings.secrets)
    await gateway.start(settings.port)
    log.info("Serving http://127.0.0.1:%d", settings.port)
    await stopped.wait()
    await gateway.stop()


def _settings() -> Settings:
    parser = argparse.ArgumentParser(prog="infra.local.cloud", description=__doc__)
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--aws", metavar="URL", required=True)
    parser.add_argument("--logs", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--node-modules", type=Path, metavar="FOLDER")
    parameters = json.loads(os.environ.get("AUTOCRM_PARAMETERS", "{}"))
    secrets = json.loads(os.environ.get("AUTOCRM_SECRETS", "{}"))
    return Settings(**vars(parser.parse_args()), parameters=parameters, secrets=secrets)


if __name__ == "__main__":
    main()
