"""Print the OpenAPI document of every function that has a router: `make openapi`."""

import json
import sys
from pathlib import Path

from . import compose_openapi, find_routers

if __name__ == "__main__":
    json.dump(compose_openapi(find_routers(Path.cwd())), sys.stdout, indent=2)
    print()
