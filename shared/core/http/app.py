"""The app that every HTTP function is."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from shared.core.handlers import http_handler

from .middleware import (
    SafeHeaders,
    install_middleware,
    refuse_repeated,
    refuse_unknown_parameters,
    refuse_unread_body,
)
from .problems import PROBLEM_JSON, install_problem_handlers

LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_app(*routers: APIRouter, forms: bool = False) -> FastAPI:
    """Build an app from routers: a function has one, the composed document all.

    The documentation pages are off: they are composed once for all functions.

    Args:
        routers: what it answers.
        forms: whether a body may be of any type, which the route then checks itself.
    """
    app = FastAPI(
        title="AutoCRM",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[
            Depends(refuse_repeated),
            Depends(refuse_unknown_parameters),
            Depends(refuse_unread_body),
        ],
    )
    install_problem_handlers(app)
    install_middleware(app, forms=forms)
    for router in routers:
        app.include_router(router)
    return app


def create_handler(router: APIRouter, *, forms: bool = False) -> LambdaHandler:
    """Wrap one router for Lambda, with structured logs tied to the request."""
    text = [*DEFAULT_TEXT_MIME_TYPES, PROBLEM_JSON]  # anything else goes out as base64
    # Every failure is a problem by then, and logged without quoting anybody.
    logging.getLogger("mangum").setLevel(logging.CRITICAL)
    app = SafeHeaders(create_app(router, forms=forms))
    return http_handler(Mangum(app, lifespan="off", text_mime_types=text))
