"""Serve the Parameter Store to functions, as AWS's extension does."""

import asyncio
import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from aiohttp import web
from botocore.exceptions import ClientError, ParamValidationError

EXTENSION: Final = "/systemsmanager/parameters/get"


class Parameters:
    """Returns one parameter a request, read from the store each time.

    Args:
        open_store: makes the client of the store at the first request.
    """

    def __init__(self, open_store: Callable[[], Any]) -> None:
        self._store = cache(open_store)

    async def get(self, request: web.BaseRequest) -> web.Response:
        """`GET /systemsmanager/parameters/get?name=`; 400 when it cannot be read."""
        name = request.query.get("name", "")
        try:
            found = await asyncio.to_thread(self._read, name)
        except ClientError as error:
            return web.json_response(error.response["Error"], status=400)
        except ParamValidationError as error:
            refusal = {"Code": "ValidationException", "Message": str(error)}
            return web.json_response(refusal, status=400)
        return web.json_response(found, dumps=partial(json.dumps, default=str))

    def _read(self, name: str) -> Any:  # noqa: ANN401, whatever the store says
        return self._store().get_parameter(Name=name, WithDecryption=True)
