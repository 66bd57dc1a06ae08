"""Serve `/openapi.json` and `/docs` of all functions together."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

DOCS: Final = "/docs"
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>AutoCRM API</title>
  <link rel="icon" href="/docs/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script>
    SwaggerUIBundle({
      url: "/openapi.json",
      dom_id: "#swagger-ui",
      deepLinking: true,
      persistAuthorization: true,
    });
  </script>
</body>
</html>
"""
_ASSETS: Final = {
    "favicon-32x32.png": "image/png",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


class Docs:
    """Composes the document in a process of its own and serves Swagger UI for it.

    The process imports every function; the gateway would grow heavy and would keep
    the code it saw first.

    Args:
        root: the checkout, where `functions/` lies.
        environment: variables the functions need in order to be imported.
        node_modules: where `swagger-ui-dist` is installed.
    """

    def __init__(
        self, root: Path, environment: Mapping[str, str], node_modules: Path | None
    ) -> None:
        self._root = root
        self._environment = environment
        self._node_modules = node_modules
        self._composed: asyncio.Task[bytes] | None = None

    def forget(self) -> None:
        """Compose the document anew at the next request."""
        self._composed = None

    async def openapi(self, _: web.BaseRequest) -> web.Response:
        """Return the OpenAPI document of all routes."""
        task = self._composed = self._composed or asyncio.create_task(self._compose())
        try:
            body = await asyncio.shield(task)
        except RuntimeError as error:
            self.forget()
            return web.json_response({"message": str(error)}, status=500)
        return web.Response(body=body, content_type="application/json")

    async def page(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the page of Swagger UI, or one of its files."""
        name = request.path.removeprefix(DOCS).strip("/")
        if not name:
            return web.Response(text=_PAGE, content_type="text/html")
        if name not in _ASSETS or self._node_modules is None:
            return web.json_response({"message": "Not Found"}, status=404)
        file = self._node_modules / "swagger-ui-dist" / name
        return web.FileResponse(file, headers={"Content-Type": _ASSETS[name]})

    async def _compose(self) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "infra.openapi",
            cwd=self._root,
            env=dict(self._environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        document, trouble = await process.communicate()
        if process.returncode:
            reason = trouble.decode(errors="replace").strip().rpartition("\n")[2]
            raise RuntimeError(f"The document could not be composed: {reason}")
        return json.dumps(json.loads(document)).encode()
