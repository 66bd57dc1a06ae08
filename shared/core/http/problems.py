"""The one place where failures become HTTP: problem documents of RFC 9457."""

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from shared.core.errors import (
    AppError,
    Conflict,
    Denied,
    Invalid,
    Malformed,
    NotFound,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
    pointer_to,
    sentence_of,
)

PROBLEM_JSON = "application/problem+json"
STATUS: Mapping[type[AppError], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Denied: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Unsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    AppError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
HEADERS: Mapping[type[AppError], Mapping[str, str]] = {
    Unauthenticated: {"WWW-Authenticate": "Bearer"},
    Unavailable: {"Retry-After": "2"},
}


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every failure of this app with a problem document."""
    app.exception_handler(AppError)(_on_app_error)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(RequestValidationError)(_on_invalid_request)
    app.exception_handler(Exception)(_on_surprise)


def respond(
    error: AppError, errors: Sequence[Mapping[str, Any]] | None = None
) -> JSONResponse:
    """Say which problem an error is; its nearest kind decides the status.

    Args:
        error: the failure.
        errors: places in the request, as `pointer` (RFC 6901) and `detail`.
    """
    kind = next(kind for kind in type(error).__mro__ if kind in STATUS)
    problem = {
        "type": f"urn:autocrm:problem:{error.problem}",
        "title": error.title,
        "status": STATUS[kind],
        "detail": error.detail,
        "errors": errors,
    }
    content = {name: value for name, value in problem.items() if value is not None}
    headers = dict(HEADERS.get(kind, {}))
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.seconds)
    return JSONResponse(content, STATUS[kind], headers, PROBLEM_JSON)


async def _on_app_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AppError) or type(error) is AppError:
        return await _on_surprise(_, error)
    return respond(error, error.errors)


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus(getattr(error, "status_code", 500))
    if status is HTTPStatus.BAD_REQUEST:
        return respond(Malformed("The body is not JSON that can be read."))
    content = {"type": "about:blank", "title": status.phrase, "status": status}
    headers = getattr(error, "headers", None)  # with 405, which methods there are
    return JSONResponse(content, status, headers, PROBLEM_JSON)


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        return respond(Invalid())
    found, body = error.errors(), error.body
    if any(one["type"] == "json_invalid" for one in found):
        return respond(Malformed("The body is not JSON that can be read."))
    # What was sent stays out of the answer: it may be personal, and it may be huge.
    errors = [
        {"pointer": pointer_to(one, body), "detail": sentence_of(one)} for one in found
    ]
    return respond(Invalid("Some values are not acceptable; see errors."), errors)


async def _on_surprise(_: Request, error: Exception) -> JSONResponse:
    Logger(child=True).error("unexpected failure", trace=_trace(error))
    return respond(AppError())


def _trace(error: BaseException) -> list[str]:
    """Say where and of which kind a failure is, and what caused it.

    Messages of others stay out of the log: they quote what they are about.
    """
    ours = type(error).__module__.startswith("shared.")
    parts = [type(error).__qualname__, str(error) if ours else ""]
    if isinstance(error, ValidationError):
        parts += [f"{one['loc']} {one['type']}" for one in error.errors()]
    parts += getattr(error, "__notes__", [])
    frames = [frame.rstrip() for frame in traceback.format_tb(error.__traceback__)]
    lines = [*frames, " ".join(filter(None, parts))]
    hidden = None if error.__suppress_context__ else error.__context__
    cause = error.__cause__ or hidden
    return [*_trace(cause), *lines] if cause else lines
